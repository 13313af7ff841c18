"""Verdicts of one's own, of every kind, as the page of one's reviews meets them."""

from datetime import UTC, datetime

from backend.feedback.verdicts import Thumb, Verdict
from backend.reviews.answered_requests import AnsweredRequest
from backend.reviews.my_reviews import MyReviews, Review
from backend.reviews.outcomes import Outcome, State, Version
from backend.turns.question_identity import QuestionIdentity
from tests.pages.talked import ALICE, NAME

START = datetime(2026, 3, 12, 9, tzinfo=UTC)


def review(name, thumb=Thumb.NEGATIVE, outcome=None, endpoint=NAME, before=(), **said):
    """Return a verdict on the answer to a question of this name."""
    request = AnsweredRequest(
        request_id=f"req-{name}",
        conversation_id=f"c-{name}",
        question=f"{name}?",
        answer=f"The answer to {name}.",
        asked_at=START,
        version=Version("main.hr.handbook_chain", 2),
        identity=QuestionIdentity(name),
        before=before,
    )
    verdict = Verdict(f"req-{name}", ALICE, thumb, given_at=START, **said)
    return Review(endpoint, verdict, request, outcome)


FIXED = review("Leave", outcome=Outcome(State.FIXED, 3, is_by_me=True))
TO_RECHECK = review(
    "Illness",
    outcome=Outcome(State.TO_RECHECK, 3),
    comment="Six weeks.",
    corrected_answer="You are paid for six weeks.",
    reasons=frozenset({"not_asked"}),
)
STILL_WRONG = review("Travel", outcome=Outcome(State.STILL_WRONG, 3))
WAITING = review("Pension", outcome=Outcome(State.WAITING))
RIGHT = review("Canteen", Thumb.POSITIVE)
UNSURE = review("Parking", Thumb.UNKNOWN)
ALL = MyReviews((FIXED, TO_RECHECK, STILL_WRONG, WAITING, RIGHT, UNSURE))
