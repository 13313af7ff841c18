"""People, verdicts, and the shapes of the workspace that the tests of feedback share."""

import json

from backend.feedback.verdicts import Choice, Preference, SourceRating, Thumb, Verdict
from backend.identity import Role, Viewer

ENDPOINT = "agents_main-rag-chain"
DETAIL = f"GET /api/2.0/serving-endpoints/{ENDPOINT}"
POST = f"POST /serving-endpoints/{ENDPOINT}/served-models/feedback/invocations"
SUBMIT = "POST /api/2.0/sql/statements"
COLUMNS = [
    "request_id",
    "source_id",
    "source_type",
    "timestamp",
    "text_assessment",
    "retrieval_assessment",
]

ANN = Viewer("ann@example.com", "Ann", frozenset({Role.REVIEWER}))
ANALYST = Viewer("lee@example.com", "Lee", frozenset({Role.ANALYST}))
ADMIN = Viewer("root@example.com", "Root", frozenset({Role.ADMIN}))
FULL = Verdict(
    request_id="",
    reviewer="ann@example.com",
    thumb=Thumb.NEGATIVE,
    reasons=frozenset({"too_long"}),
    comment="It is about something else.",
    corrected_answer="The right answer.",
    source_ratings=(SourceRating(0, Thumb.POSITIVE), SourceRating(1, Thumb.NEGATIVE, "old")),
    custom_answers={"politeness": 4, "topics": ("a", "b"), "is safe": True},
    preference=Preference("pair-7", Choice.REJECTED),
)


def row(request_id, at, text=None, retrieval=None, by="ann@example.com", kind="human"):
    structs = [json.dumps(each) if each else None for each in (text, retrieval)]
    return [request_id, by, kind, f"2026-01-02T03:04:{at:06.3f}Z", *structs]


def text_assessment(value, comment=None, corrected=None, **ratings):
    ratings = {"answer_correct": {"value": value, "double_value": None, "rationale": comment}} | {
        name.replace("__", "."): each for name, each in ratings.items()
    }
    return {
        "step_id": None,
        "ratings": ratings,
        "free_text_comment": comment,
        "suggested_output": corrected,
    }
