"""The same question once more: what is sent, to where, and what is left out."""

import pytest

from backend.connection import open_workspace
from backend.errors import ChainFailed, TooManyRequests
from backend.replay.asking_again import AskedAgain, body_of

ROUTE = "POST /serving-endpoints/chain/served-models/chain_2/invocations"
MESSAGES = [
    {"role": "user", "content": "How many days?"},
    {"role": "assistant", "content": "Five."},
    {"role": "user", "content": "And for part-timers?"},
]
FORMER = {
    "messages": MESSAGES,
    "custom_inputs": {"country": "DE"},
    "stream": True,
    "databricks_options": {"conversation_id": "c-1", "return_trace": True},
    "context": {"conversation_id": "c-1", "user_id": "ann"},
    "client_request_id": "her own",
    "usage_context": {"reviewapp.parent": "r-0", "reviewapp.pair": "p-1", "team": "hr"},
}


def test_whole_conversation_is_asked_and_belongs_to_nobody():
    """What was said before goes along; what would put it among people's conversations does not."""
    body = body_of(FORMER, "r-1", "ann@example.com")

    assert body["messages"] == MESSAGES
    assert body["custom_inputs"] == {"country": "DE"}
    assert body["context"] == {"user_id": "ann"}
    assert body["client_request_id"].startswith("replay-r-1-")
    assert body["usage_context"] == {
        "team": "hr",
        "reviewapp.role": "replay",
        "reviewapp.first_asked_by": "ann@example.com",
    }
    assert not {"stream", "databricks_options"} & body.keys()
    assert FORMER["stream"] is True


def test_context_of_nothing_but_a_conversation_is_left_out():
    """And a body of any other kind of model stays as it is."""
    assert "context" not in body_of({"input": [], "context": {"conversation_id": "c"}}, "r")
    table = {"dataframe_records": [{"question": "How many?"}]}
    assert body_of(table, "r")["dataframe_records"] == table["dataframe_records"]


def test_names_are_unlike_each_other():
    """The same question may be asked again many times, each of which is a request of its own."""
    names = {body_of(FORMER, "r-1")["client_request_id"] for _ in range(5)}

    assert len(names) == 5


@pytest.fixture
def client(workspace):
    return open_workspace(workspace.address, "token")


def test_served_version_is_asked_by_its_name(workspace, client):
    """Nobody else is answered by it, and the answer's text is read whatever its shape."""
    answer = {
        "choices": [{"message": {"role": "assistant", "content": "Six."}}],
        "databricks_output": {"databricks_request_id": "r-2"},
    }
    workspace.answers[ROUTE] = (200, answer)

    heard = AskedAgain(client, "chain", "chain_2", {"messages": MESSAGES}).hear()

    assert workspace.sent(ROUTE) == {"messages": MESSAGES}
    assert (heard.answer.text, heard.answer.request_id) == ("Six.", "r-2")
    assert heard.latency_ms >= 0


def test_refusal_and_failure_are_raised_each_as_what_it_is(workspace, client):
    """Whoever asks many can tell one that may be asked later from one that has failed."""
    workspace.answers[ROUTE] = (429, {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Slow."})
    with pytest.raises(TooManyRequests):
        AskedAgain(client, "chain", "chain_2", {}).hear()

    details = [{"reason": "MODEL_EXCEPTION"}]
    broken = {"error_code": "BAD_REQUEST", "message": "It raised.", "details": details}
    workspace.answers[ROUTE] = (400, broken)
    with pytest.raises(ChainFailed, match="It raised"):
        AskedAgain(client, "chain", "chain_2", {}).hear()
    # Each was sent once.
    assert [request for request, _ in workspace.received].count(ROUTE) == 2


def test_given_up_before_it_began_sends_nothing(workspace, client):
    """A job that was stopped must not go on asking."""
    asked = AskedAgain(client, "chain", "chain_2", {})
    asked.give_up()

    assert asked.hear().answer.is_interrupted
    assert ROUTE not in [request for request, _ in workspace.received]
