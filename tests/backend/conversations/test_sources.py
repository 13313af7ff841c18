"""From where one conversation is read: the log if it has all of it, with the marks of MLflow."""

import json
import threading
import uuid

import pytest

from backend.connection import open_workspace
from backend.conversations import conversations as module
from backend.conversations.conversations import Conversations
from backend.errors import NotFound
from tests.backend.judged import ANALYST, ANN, DETAIL, ENDPOINT, SUBMIT
from tests.backend.talked import LIST, TURN_COLUMNS, body_of, completion, record

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def conversations(workspace, endpoint):
    """MLflow has traces, and the endpoint has tables."""
    detail = workspace.answers[DETAIL][1]
    workspace.answers[LIST] = (200, {"endpoints": [{"name": ENDPOINT, "tags": detail["tags"]}]})
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})
    client = open_workspace(workspace.address, "token")
    return Conversations(client, lambda: client)


@pytest.fixture
def talk(experiment):
    """A conversation of two turns in MLflow."""
    session = f"c-{uuid.uuid4()}"
    for number, question in enumerate(("A?", "B?")):
        request = (f"{session}-{number}", ANN.user_name, session)
        record(experiment, *request, body_of(question), completion("from MLflow"))
    return session


@pytest.fixture
def log(workspace, talk):
    """Let the log have the first turns of it."""

    def contain(turns):
        rows = [
            [
                *(talk, ANN.user_name, str(1000 + number), question, f"{talk}-{number}", "200"),
                *(json.dumps(body_of(question)), json.dumps(completion("from the log")), "{}"),
            ]
            for number, question in enumerate(("A?", "B?")[:turns])
        ]
        columns = [{"name": name, "type_name": "STRING"} for name in TURN_COLUMNS]
        answer = {
            "statement_id": "s",
            "status": {"state": "SUCCEEDED"},
            "manifest": {"schema": {"columns": columns}},
            "result": {"data_array": rows},
        }
        workspace.answers[SUBMIT] = (200, answer)

    return contain


def texts(opened):
    return {turn.answer.text for turn in opened.conversation.tree}


def test_conversation_the_log_has_whole_is_read_from_it(conversations, log, talk):
    """That takes a tenth of the time."""
    log(2)

    opened = conversations.open(ANN, talk, ENDPOINT)

    assert texts(opened) == {"from the log"}
    assert opened.missing is None


def test_name_and_removal_count_whatever_the_turns_are_read_from(conversations, log, talk):
    """Only MLflow knows them."""
    log(2)
    conversations.rename(ANN, talk, "Leave")
    conversations.hide(ANN, talk)

    with pytest.raises(NotFound):
        conversations.open(ANN, talk, ENDPOINT)
    assert conversations.open(ANALYST, talk, ENDPOINT).title == "Leave"


@pytest.mark.parametrize("turns", [0, 1])
def test_conversation_the_log_lacks_a_turn_of_is_read_from_mlflow(conversations, log, talk, turns):
    """A log may be behind, or younger than the conversation."""
    log(turns)

    assert texts(conversations.open(ANN, talk, ENDPOINT)) == {"from MLflow"}


def test_log_that_takes_too_long_is_not_waited_for(conversations, log, talk, monkeypatch):
    """A warehouse may be asleep."""
    log(2)
    monkeypatch.setattr(module, "LOG_PATIENCE_SECONDS", 0.05)
    awake = threading.Event()
    monkeypatch.setattr(module.conversation_logs, "turns", lambda *_, **__: awake.wait(10))

    assert texts(conversations.open(ANN, talk, ENDPOINT)) == {"from MLflow"}
    awake.set()
