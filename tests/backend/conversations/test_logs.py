"""Conversations from the request log, when MLflow is silent."""

import json

import mlflow
import pytest

from backend.connection import open_workspace
from backend.conversations.conversations import Conversations
from backend.errors import NotFound, ReviewAppError
from tests.backend.judged import ANALYST, ANN, DETAIL, ENDPOINT, SUBMIT
from tests.backend.talked import LIST, LOG_COLUMNS, TURN_COLUMNS, body_of, completion

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
TRACE = {
    "info": {
        "trace_id": "tr-1",
        "state": "OK",
        "trace_metadata": {"reviewapp.served_version": "chain_1"},
    },
    "data": {"spans": []},
}


@pytest.fixture
def conversations(workspace, endpoint, monkeypatch):
    """MLflow is where nobody answers; the endpoint has tables."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    mlflow.set_tracking_uri("http://127.0.0.1:9")
    detail = workspace.answers[DETAIL][1]
    workspace.answers[LIST] = (200, {"endpoints": [{"name": ENDPOINT, "tags": detail["tags"]}]})
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})
    client = open_workspace(workspace.address, "token")
    return Conversations(client, lambda: client)


@pytest.fixture
def log(workspace):
    """Say what the warehouse answers."""

    def contain(columns, *rows):
        named = [{"name": name, "type_name": "STRING"} for name in columns]
        answer = {
            "statement_id": "s",
            "status": {"state": "SUCCEEDED"},
            "manifest": {"schema": {"columns": named}},
            "result": {"data_array": [list(row) for row in rows]},
        }
        workspace.answers[SUBMIT] = (200, answer)

    return contain


def listed(session, at, question, user=ANN.user_name):
    return [session, user, str(at), question]


def whole(session, at, question, answer, user=ANN.user_name, history=(), status=200):
    return [
        *listed(session, at, question, user),
        f"r-{at}",
        str(status),
        json.dumps(body_of(question, history)),
        json.dumps(completion(answer)),
        json.dumps(TRACE),
    ]


def parameters(workspace):
    return {each["name"]: each["value"] for each in workspace.sent(SUBMIT)["parameters"]}


def test_list_comes_from_the_log_and_says_what_is_missing(conversations, workspace, log):
    """Names travel as parameters; the list is as it is with MLflow, but for the names given."""
    log(LOG_COLUMNS, listed("c-2", 9000, "Newer?"), listed("c-1", 2000, "B?"),
        listed("c-1", 1000, "A?"))  # fmt: skip

    mine = conversations.mine(ANN)

    assert isinstance(mine.missing, ReviewAppError)
    assert [(each.id, each.title, each.turn_count) for each in mine.summaries] == [
        ("c-2", "Newer?", 1),
        ("c-1", "A?", 2),
    ]
    assert parameters(workspace) == {"user": ANN.user_name}
    assert ANN.user_name not in workspace.sent(SUBMIT)["statement"]


def test_conversation_opens_from_the_log(conversations, workspace, log):
    """With ids, who answered, and without what somebody else put in."""
    log(
        TURN_COLUMNS,
        whole("c-1", 1000, "A?", "1"),
        whole("c-1", 1500, "Smuggled", "in", user="bob@example.com"),
        whole("c-1", 2000, "B?", "2", history=[("A?", "1")]),
    )

    opened = conversations.open(ANALYST, "c-1", ENDPOINT)

    first, second = opened.conversation.turns
    assert (first.question, first.answer.text, second.answer.text) == ("A?", "1", "2")
    assert first.answer.request_id == "r-1000"
    assert (first.answer.trace_id, first.answer.served_name) == ("tr-1", "chain_1")
    assert opened.missing is not None
    assert parameters(workspace) == {"conversation": "c-1"}


def test_reviewer_asks_for_their_own_only(conversations, workspace, log):
    """In the statement itself, whatever the id."""
    log(TURN_COLUMNS)

    with pytest.raises(NotFound):
        conversations.open(ANN, "' OR '1'='1", ENDPOINT)

    sent = workspace.sent(SUBMIT)
    assert "request_metadata['requester'] = :user" in sent["statement"]
    assert parameters(workspace) == {"conversation": "' OR '1'='1", "user": ANN.user_name}
    assert "'1'" not in sent["statement"]


def test_question_stopped_before_anything_came_is_in_the_log(conversations, log):
    """The status says that its caller left; the chain may not even have left a trace."""
    stopped = whole("c-1", 1000, "A?", "1", status=499)
    log(TURN_COLUMNS, [*stopped[:-2], None, None])

    (turn,) = conversations.open(ANN, "c-1", ENDPOINT).conversation.turns

    assert (turn.question, turn.answer.text, turn.answer.request_id) == ("A?", "", "r-1000")
    assert turn.answer.is_interrupted


def test_without_any_store_the_reason_is_mlflow_s(conversations):
    """Nothing can be shown, and that is no empty list."""
    with pytest.raises(ReviewAppError) as caught:
        conversations.mine(ANN)

    assert not isinstance(caught.value, NotFound)


def test_name_cannot_be_given_without_mlflow(conversations):
    """It has no other place."""
    with pytest.raises(ReviewAppError) as caught:
        conversations.rename(ANN, "c-1", "Leave")

    assert not isinstance(caught.value, NotFound)
