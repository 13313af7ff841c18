"""Asking an endpoint as a client does, once and many times; what comes of it is always told."""

import json
import threading
import time
from dataclasses import replace

import pytest

from backend.connection import open_workspace
from backend.endpoint_tests import running as endpoint_tests_running
from backend.endpoint_tests.asking import Caller, Target, target
from backend.endpoint_tests.plan import MOST_CHARACTERS
from backend.endpoint_tests.running import LoadRun, run_questions
from backend.endpoint_tests.service import EndpointTests
from backend.errors import Refused
from backend.turns.chat_requests import Kind, QuestionShape
from tests.backend.wire import BROKE, INVOCATIONS, refuse

ANSWER = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Five days."}}],
    "databricks_output": {"databricks_request_id": "r-2"},
}


class Stopped(Exception):
    """Somebody wants no more."""


@pytest.fixture
def chain(wire) -> Target:
    """An endpoint that gives the same answer to everybody."""
    answer(wire, ANSWER)
    return target(open_workspace(wire.address, "token"), "chain", prefix="test-")


def answer(wire, document):
    # This server ends the connection with each answer, and a client in a loop has to know.
    wire.headers = {"Content-Type": "application/json", "Connection": "close"}
    wire.script = [json.dumps(document).encode()]


def ask(where, question="How many?"):
    with Caller(where) as caller:
        return caller.ask(question)


def nothing():
    """Somebody looks on."""


def test_question_goes_as_any_client_sends_it(wire, chain):
    """Of the app's own there is an id by which the logs tell tests apart, and nothing else."""
    ask(chain)

    ((path, body, headers),) = wire.posted
    assert path == INVOCATIONS
    assert headers["Authorization"] == "Bearer token"
    assert body.pop("client_request_id").startswith("test-")
    assert body == {"messages": [{"role": "user", "content": "How many?"}]}


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        (QuestionShape(Kind.CHAT_AGENT), {"messages": [{"role": "user", "content": "Why?"}]}),
        (QuestionShape(Kind.RESPONSES), {"input": [{"role": "user", "content": "Why?"}]}),
        (
            QuestionShape(Kind.SPLIT_CHAT, wrapper="dataframe_records"),
            {"dataframe_records": [{"query": "Why?", "history": []}]},
        ),
        (
            QuestionShape(Kind.TABLE, "question", "dataframe_split"),
            {"dataframe_split": {"columns": ["question"], "data": [["Why?"]]}},
        ),
    ],
)
def test_each_kind_of_model_is_asked_in_its_own_shape(chain, shape, body):
    """A question of a test belongs to no conversation."""
    assert replace(chain, shape=shape).body("Why?") == body


def test_answer_comes_with_its_time_its_id_and_who_gave_it(chain):
    """The id is that of the request log."""
    trial = ask(chain)

    assert (trial.answer, trial.status, trial.is_success) == ("Five days.", 200, True)
    assert (trial.request_id, trial.served_name) == ("r-2", "chain_3")
    assert trial.latency_ms > 0


def test_version_is_asked_by_its_name(wire, chain):
    """Also one without traffic."""
    workspace = open_workspace(wire.address, "token")

    ask(target(workspace, "chain", "chain_1"))

    assert wire.posted[0][0] == "/serving-endpoints/chain/served-models/chain_1/invocations"


@pytest.mark.parametrize(
    ("status", "document", "code"),
    [
        (
            429,
            {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Slow down."},
            "TOO_MANY_REQUESTS",
        ),
        (403, {"error_code": "PERMISSION_DENIED", "message": "No."}, "NOT_ALLOWED"),
        (503, {}, "CHAIN_STARTING"),
        (200, BROKE, "CHAIN_FAILED"),
        (302, {}, "WORKSPACE_FAILED"),
    ],
)
def test_refusal_is_what_came_of_it(wire, chain, status, document, code):
    """Nothing is raised and nothing is asked again."""
    refuse(wire, status, document, **{"Content-Type": "application/json"})

    trial = ask(chain)

    assert (trial.status, trial.error_code, trial.is_success) == (status, code, False)
    assert trial.error
    assert len(wire.posted) == 1


def test_answer_that_is_no_json_is_a_failure(wire, chain):
    """A proxy's page of HTML is no answer."""
    wire.script = [b"<html>"]

    assert ask(chain).error == "The answer is no JSON."


def test_workspace_that_is_gone_is_a_failure_without_a_status(wire, chain):
    """What did not arrive is told like what was refused."""
    gone = Target("http://127.0.0.1:9/serving-endpoints/chain", chain.shape, chain.authenticate)

    trial = ask(gone)

    assert (trial.status, trial.error_code) == (None, "WORKSPACE_UNREACHABLE")


def test_every_question_of_a_run_is_asked_once(wire, chain):
    """Several at a time, and each knows its place."""
    found = {}
    looked = []

    run_questions(chain, ["a", "b", "c", "d"], 2, found.__setitem__, lambda: looked.append(1))

    assert {place: each.question for place, each in found.items()} == dict(enumerate("abcd"))
    assert sorted(body["messages"][0]["content"] for _, body, _ in wire.posted) == [*"abcd"]
    assert looked


def test_stopping_a_run_cuts_off_what_is_under_way(wire, chain):
    """Nobody waits for an answer that nobody wants."""
    wire.is_silent = True

    def stop():
        if wire.arrived.is_set():
            raise Stopped

    began = time.monotonic()
    with pytest.raises(Stopped):
        run_questions(chain, ["a", "b"], 1, lambda *_: None, stop)

    assert time.monotonic() - began < 4
    assert wire.caller_left.wait(4)
    assert len(wire.posted) == 1


def test_load_goes_on_until_the_time_is_over(wire, chain):
    """The questions in turns, by as many as were asked for."""
    load = LoadRun(chain, 3, 0.6)

    load.run(["a", "b"], nothing)

    asked = [body["messages"][0]["content"] for _, body, _ in wire.posted]
    assert len(load.samples) == len(asked) > 3
    assert abs(asked.count("a") - asked.count("b")) <= 3
    assert load.failed == 0
    assert {each.served_name for each in load.samples} == {"chain_3"}
    assert 0 < load.seconds < 3


def test_failures_of_a_load_are_counted_and_the_first_is_told(wire, chain):
    """A load test that only fails is a result, too."""
    refuse(wire, 429, {"message": "No."}, **{"Content-Type": "application/json"})
    load = LoadRun(chain, 1, 0.2)

    load.run(["a"], nothing)

    assert load.failed == len(load.samples) > 0
    assert load.first_error.startswith("This chain is being asked more")


def test_what_is_not_answered_after_the_end_is_given_up(wire, chain, monkeypatch):
    """A chain that hangs cannot hold the test for ever; it counts as failed."""
    monkeypatch.setattr(endpoint_tests_running, "GRACE_SECONDS", 0.1)
    wire.is_silent = True
    load = LoadRun(chain, 2, 0.2)

    load.run(["a"], nothing)

    assert [each.error_code for each in load.samples] == ["WORKSPACE_UNREACHABLE"] * 2


def test_a_mistake_while_asking_ends_the_run(chain):
    """It is raised to whoever started it, not lost in a thread."""

    def broken():
        raise KeyError("token")

    where = Target(chain.address, chain.shape, broken)

    with pytest.raises(KeyError):
        run_questions(where, ["a"], 1, lambda *_: None, nothing)
    assert not [each for each in threading.enumerate() if each.name.startswith("asking")]


def test_one_question_can_be_repeated_from_a_terminal_and_from_python(wire, chain):
    """Both are asked here: what is shown is what works, quotes included."""
    tests = EndpointTests(open_workspace(wire.address, "token"))

    asked = tests.ask("chain", 'What\'s "it"?', "chain_1")

    assert asked.trial.answer == "Five days."
    assert f"{wire.address}/serving-endpoints/chain/served-models/chain_1/invocations" in asked.curl
    compile(asked.python, "shown", "exec")
    assert "'What\\'s \"it\"?'" in asked.python


@pytest.mark.parametrize("question", ["", "  ", "x" * (MOST_CHARACTERS + 1)])
def test_no_question_is_not_sent(wire, chain, question):
    """Nor one that is longer than any."""
    with pytest.raises(Refused):
        EndpointTests(open_workspace(wire.address, "token")).ask("chain", question)
    assert not wire.posted
