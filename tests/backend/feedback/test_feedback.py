"""Submitting and reading verdicts: the workspace at recorded shapes, MLflow for real."""

import json
import socket
import time
from dataclasses import replace

import mlflow
import pytest
from mlflow.entities import AssessmentSource, Feedback

from backend.connection import hurry_mlflow
from backend.errors import NotAllowed, NotFound, Refused, ReviewAppError
from backend.feedback.feedback import Store
from backend.feedback.verdicts import Thumb
from tests.backend.judged import (
    ADMIN,
    ANALYST,
    ANN,
    ENDPOINT,
    FULL,
    POST,
    SUBMIT,
    row,
    text_assessment,
)

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


def test_verdict_goes_through_the_feedback_api_where_there_is_one(workspace, feedback, endpoint):
    """One POST with the visitor's token, its columns texts of JSON as the feedback model's are."""
    workspace.answers[POST] = (200, {"predictions": {"result": "ok"}})

    feedback.submit(ANN, ENDPOINT, replace(FULL, request_id="r1"))

    (record,) = workspace.sent(POST)["dataframe_records"]
    assert all(isinstance(value, str) for value in record.values())
    (text,) = json.loads(record["text_assessments"])
    assert json.loads(record["source"]) == {"id": "ann@example.com", "type": "human"}
    assert text["suggested_output"] == "The right answer."
    assert text["free_text_comment"] == "It is about something else."
    assert text["ratings"] == {
        "answer_correct": {"value": "negative", "rationale": "It is about something else."},
        "reason.too_long": {"value": True},
        "preference": {"value": "rejected", "rationale": "pair-7"},
        "politeness": {"value": 4},
        "topics": {"value": '["a", "b"]'},
        "is safe": {"value": True},
    }
    first, second = json.loads(record["retrieval_assessments"])
    assert (first["position"], first["ratings"]) == (0, {"answer_correct": {"value": "positive"}})
    assert (second["position"], second["free_text_comment"]) == (1, "old")


def test_what_the_workspace_refuses_is_said(workspace, feedback, endpoint):
    """A page gets one of the app's own errors."""
    body = {"error_code": "INVALID_PARAMETER_VALUE", "message": "dataframe_records[0] is wrong."}
    workspace.answers[POST] = (400, body)

    with pytest.raises(Refused, match=r"dataframe_records\[0\]"):
        feedback.submit(ANN, ENDPOINT, replace(FULL, request_id="r1"))


def test_nobody_judges_in_another_s_name(workspace, feedback, endpoint):
    """Only admins act for others."""
    workspace.answers[POST] = (200, {"predictions": {"result": "ok"}})
    verdict = replace(FULL, request_id="r1")

    with pytest.raises(NotAllowed):
        feedback.submit(ANALYST, ENDPOINT, verdict)
    feedback.submit(ADMIN, ENDPOINT, verdict)

    assert len([each for each, _ in workspace.received if each == POST]) == 1


def test_both_stores_are_read_as_one(feedback, endpoint, tables, asked):
    """A verdict the log has and MLflow not yet, and one made on MLflow's own page."""
    trace_id, _ = asked("b1")
    tables(
        row("b1", 1, text_assessment("negative", "posted")),
        row("b2", 1, text_assessment("positive")),
    )
    source = AssessmentSource(source_type="HUMAN", source_id="bob@example.com")
    mlflow.log_assessment(trace_id, Feedback(name="answer_correct", value=True, source=source))

    read = feedback.read(ANALYST, ENDPOINT, ["b1", "b2"])

    assert [(each.reviewer, each.thumb) for each in read.by_request["b1"]] == [
        ("bob@example.com", Thumb.POSITIVE),
        ("ann@example.com", Thumb.NEGATIVE),
    ]
    assert [each.thumb for each in read.by_request["b2"]] == [Thumb.POSITIVE]


def test_reviewers_see_their_own_verdicts_only(workspace, feedback, endpoint, tables, asked):
    """The app may read everything; whom it reads it for decides what comes out."""
    trace_id, _ = asked("v1")
    source = AssessmentSource(source_type="HUMAN", source_id="bob@example.com")
    mlflow.log_assessment(trace_id, Feedback(name="answer_correct", value=True, source=source))

    assert feedback.read(ANN, ENDPOINT, ["v1"]).by_request == {}
    assert workspace.sent(SUBMIT)["statement"].count(":reviewer") == 1
    workspace.received.clear()
    for viewer in (ANALYST, ADMIN):
        assert "v1" in feedback.read(viewer, ENDPOINT, ["v1"]).by_request
    assert not any("reviewer" in str(body) for path, body in workspace.received if path == SUBMIT)


def test_stranger_to_the_endpoint_reads_nothing(workspace, feedback):
    """The visitor's own token must find the endpoint; the app's rights come after that."""
    with pytest.raises(NotFound):
        feedback.read(ANN, ENDPOINT, ["r1"])

    assert SUBMIT not in [path for path, _ in workspace.received]


def test_without_sql_mlflow_answers_alone(workspace, feedback, endpoint, tables, asked):
    """What could not be asked is named, with the reason."""
    trace_id, _ = asked("o1")
    source = AssessmentSource(source_type="HUMAN", source_id="ann@example.com")
    mlflow.log_assessment(
        trace_id, Feedback(name="answer_correct", value="positive", source=source)
    )
    workspace.answers[SUBMIT] = (403, {"error_code": "PERMISSION_DENIED", "message": "no"})

    read = feedback.read(ANN, ENDPOINT, ["o1"])

    assert read.by_request["o1"][0].thumb is Thumb.POSITIVE
    assert list(read.missing) == [Store.TABLES]
    assert isinstance(read.missing[Store.TABLES], NotAllowed)


@pytest.fixture
def mlflow_is_down(experiment, monkeypatch):
    """Point MLflow at an address where nobody answers."""
    for name in ("MAX_RETRIES", "BACKOFF_FACTOR", "TIMEOUT"):
        # Set and deleted, so that what the app sets itself ends with the test.
        monkeypatch.setenv(f"MLFLOW_HTTP_REQUEST_{name}", "1")
        monkeypatch.delenv(f"MLFLOW_HTTP_REQUEST_{name}")
    hurry_mlflow()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mlflow.set_tracking_uri(f"http://127.0.0.1:{taken.getsockname()[1]}")
        yield


def test_without_mlflow_the_log_answers_alone(feedback, endpoint, tables, mlflow_is_down):
    """And within seconds, which MLflow's client by itself would not."""
    tables(row("o2", 1, text_assessment("positive")))
    started = time.monotonic()

    read = feedback.read(ANN, ENDPOINT, ["o2"])

    assert read.by_request["o2"][0].thumb is Thumb.POSITIVE
    assert list(read.missing) == [Store.MLFLOW]
    assert time.monotonic() - started < 10


def test_without_any_store_it_is_an_error(workspace, feedback, endpoint):
    """An empty list would say that nobody has judged."""
    endpoint(tables=False, traced=False)

    with pytest.raises(ReviewAppError, match="no inference tables"):
        feedback.read(ANN, ENDPOINT, ["r1"])
