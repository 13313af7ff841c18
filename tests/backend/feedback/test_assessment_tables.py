"""Verdicts from the assessment log, at the shapes in which the platform's SQL returns them."""

from dataclasses import replace

import pytest

from backend.feedback.verdicts import Thumb
from tests.backend.judged import ANN, DETAIL, ENDPOINT, FULL, SUBMIT, row, text_assessment

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


def test_log_is_asked_with_parameters_only(workspace, feedback, endpoint, tables):
    """Ids and names are values; the table's name comes from the endpoint, in its quotes."""
    feedback.read(ANN, ENDPOINT, ["r1", "r'2", "r1"])

    sent = workspace.sent(SUBMIT)
    assert "FROM `main`.`rag`.`chain_payload_assessment_logs`" in sent["statement"]
    assert "r1" not in sent["statement"]
    assert sent["parameters"] == [
        {"name": "request_0", "value": "r1"},
        {"name": "request_1", "value": "r'2"},
        {"name": "reviewer", "value": "ann@example.com"},
    ]


def test_log_gives_the_whole_verdict(feedback, endpoint, tables):
    """Everything the API took is there again, the latest of each reviewer, judges left out."""
    double = {"value": "4", "double_value": 4.0, "rationale": None}
    yes = {"value": "true", "double_value": 1.0, "rationale": None}
    chosen = {"value": '["a", "b"]', "double_value": None, "rationale": None}
    pair = {"value": "rejected", "double_value": None, "rationale": "pair-7"}
    said = {"reason__too_long": yes, "politeness": double, "topics": chosen, "is safe": yes}
    retrieval = {"step_id": None, "free_text_comment": None}
    up = {"answer_correct": {"value": "positive", "double_value": None, "rationale": None}}
    down = {"answer_correct": {"value": "negative", "double_value": None, "rationale": None}}
    text = text_assessment("negative", FULL.comment, "The right answer.", preference=pair, **said)
    tables(
        row("r1", 1, text_assessment("positive")),
        row("r1", 2.5, text),
        row("r1", 2.5, None, retrieval | {"position": 0, "ratings": up}),
        row(
            "r1",
            2.5,
            None,
            retrieval | {"position": 1, "ratings": down, "free_text_comment": "old"},
        ),
        row("r1", 3, text_assessment("positive"), kind="llm judge"),
        row("r2", 3, text_assessment("unknown")),
    )

    read = feedback.read(ANN, ENDPOINT, ["r1", "r2"])

    (verdict,) = read.by_request["r1"]
    assert verdict == replace(FULL, request_id="r1", given_at=verdict.given_at)
    assert verdict.given_at.isoformat() == "2026-01-02T03:04:02.500000+00:00"
    assert read.by_request["r2"][0].thumb is Thumb.UNKNOWN
    assert read.missing == {}


def test_older_endpoints_name_their_tables_elsewhere(workspace, feedback, endpoint, tables):
    """`auto_capture_config` is the older place of the same three names."""
    endpoint(tables=False)
    _, detail = workspace.answers[DETAIL]
    capture = {"catalog_name": "c", "schema_name": "s", "table_name_prefix": "p", "enabled": True}
    detail["config"]["auto_capture_config"] = capture

    feedback.read(ANN, ENDPOINT, ["r1"])

    assert "`c`.`s`.`p_payload_assessment_logs`" in workspace.sent(SUBMIT)["statement"]
