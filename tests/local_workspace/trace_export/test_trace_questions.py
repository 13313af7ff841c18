"""Which requests to MLflow ask for particular traces."""

import json

import pytest

from local_workspace.trace_export.trace_questions import (
    MAX_BODY,
    TraceQuestion,
    has_question_in_body,
    is_about_traces,
    question,
)

_ID = f"tr-{7:032x}"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (f"/api/3.0/mlflow/traces/{_ID}", ""),
        (f"/ajax-api/2.0/mlflow/traces/{_ID}/info", ""),
        ("/ajax-api/3.0/mlflow/get-trace-artifact", f"request_id={_ID}"),
        ("/api/3.0/mlflow/traces/batchGet", f"trace_ids={_ID}&trace_ids=tr-1"),
        ("/api/4.0/mlflow/traces/catalog.schema/" + _ID, ""),
    ],
)
def test_trace_named_in_the_address_is_found(path, query):
    """Whatever the version of the route, the id says which trace it is about."""
    assert is_about_traces(path)
    assert question(path, query).trace_ids == (_ID,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metadata.`mlflow.trace.session` = 'c-1'", TraceQuestion(sessions=("c-1",))),
        ('request_metadata."mlflow.trace.user" = "a@b"', TraceQuestion(users=("a@b",))),
        ("trace.client_request_id IN ('r1', 'r2')", TraceQuestion(request_ids=("r1", "r2"))),
        (f"trace.request_id = '{_ID}' AND status = 'OK'", TraceQuestion(trace_ids=(_ID,))),
        ("status = 'ERROR'", TraceQuestion()),
        ("metadata.`mlflow.trace.user` LIKE 'a%'", TraceQuestion()),
    ],
)
def test_search_for_a_session_a_user_or_a_request_is_found(text, expected):
    """Other searches are nobody's in particular, and nothing is brought in for them."""
    path = "/api/3.0/mlflow/traces/search"

    assert question(path, "", json.dumps({"filter": text}).encode()) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"filter": 1}'])
def test_body_that_is_no_search_asks_for_nothing(body):
    """What is wrong with it is for MLflow to say."""
    assert not question("/api/3.0/mlflow/traces/search", "", body)


def test_bodies_are_read_for_searches_only_and_when_small():
    """Spans and uploads go by unread."""
    search = "/ajax-api/3.0/mlflow/traces/search"

    assert has_question_in_body("POST", search, {"content-length": "200"})
    assert not has_question_in_body("POST", search, {"content-length": str(MAX_BODY + 1)})
    assert not has_question_in_body("POST", search, {})
    assert not has_question_in_body("POST", "/api/3.0/mlflow/traces", {"content-length": "9"})
    assert not is_about_traces("/api/2.0/mlflow/runs/search")
