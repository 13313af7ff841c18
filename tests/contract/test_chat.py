"""The app's own chat against a running workspace: every kind of model, stops and errors."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from databricks.sdk.service.serving import (
    AiGatewayRateLimit,
    AiGatewayRateLimitRenewalPeriod,
    EndpointCoreConfigInput,
)

from backend import errors
from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.turns.answers import Answer, Conversation, TextPart, ToolStep, Turn
from tests.contract.conftest import create_endpoint, entity

PROJECT = Path(__file__).parents[2]
ASKED = "What is a gamma-ray burst?"
EXAMPLES = ("hello_world", "rag_pyfunc", "chat_model", "chat_agent", "responses_agent")


@pytest.fixture(scope="module")
def demo(workspace) -> None:
    """Deploy every example as the demo does; those that stand already are left as they are."""
    command = [sys.executable, "-m", "examples"]
    subprocess.run(command, cwd=PROJECT, env=os.environ | workspace, check=True, timeout=300)


@pytest.fixture
def chat(host, token) -> Chat:
    return Chat(open_workspace(host, token))


def name_of(example: str) -> str:
    return f"agents_demo-handbook-{example}"


def conversation(endpoint: str, *turns: Turn) -> Conversation:
    return Conversation(f"chat-{endpoint}", endpoint, turns)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_answers_with_ids_trace_and_sources(demo, chat, example):
    """Text comes in pieces that make up the answer; who answered and its trace are known."""
    name = name_of(example)

    *parts, answer = chat.ask(name, conversation(name), ASKED)

    assert isinstance(answer, Answer)
    assert "burst" in answer.text
    assert answer.text == "".join(each.text for each in parts if isinstance(each, TextPart))
    assert answer.request_id
    assert (answer.trace_id or "").startswith("tr-")
    assert answer.served_name == f"demo-handbook-{example}_1"
    assert not answer.is_interrupted
    assert answer.problem is None
    if example != "chat_model":
        assert (answer.sources[0].uri or "").startswith("handbook://")
        assert "burst" in answer.sources[0].text
        assert answer.sources[0].position == 0
        assert len(bytes.fromhex(answer.sources[0].step_id or "")) == 8


@pytest.mark.parametrize("example", sorted({*EXAMPLES} - {"rag_pyfunc"}))
def test_what_can_stream_comes_in_pieces(demo, chat, example):
    """More than one piece of text arrives before the answer."""
    name = name_of(example)

    parts = list(chat.ask(name, conversation(name), ASKED))

    assert sum(isinstance(each, TextPart) for each in parts) > 3


def test_the_agent_s_tool_calls_are_steps(demo, chat):
    """Each step is told when it is called and again when its result is there."""
    name = name_of("chat_agent")

    *parts, answer = chat.ask(name, conversation(name), ASKED)

    called, returned = [each for each in parts if isinstance(each, ToolStep)]
    assert (called.name, called.result) == ("search_handbook", None)
    assert "handbook://" in (returned.result or "")
    assert answer.steps == (returned,)


@pytest.mark.parametrize("example", EXAMPLES)
def test_history_goes_along_where_there_is_a_place_for_it(demo, chat, example):
    """A second question is accepted by every kind, whatever was said before."""
    name = name_of(example)
    *_, first = chat.ask(name, conversation(name), ASKED)

    *_, second = chat.ask(name, conversation(name, Turn(ASKED, first)), "How long do they last?")

    assert second.text
    assert second.problem is None


def test_a_named_version_is_asked_directly(demo, chat):
    """Comparisons ask a version whatever its share of the traffic."""
    name = name_of("rag_pyfunc")
    served = "demo-handbook-rag_pyfunc_1"

    *_, answer = chat.ask(name, conversation(name), ASKED, served_name=served, pair="p-1")

    assert answer.served_name == served


def test_stop_in_the_middle_stops_the_model(chat, client, scripted, tmp_path):
    """Closing the stream ends the model's work; text and request id are kept."""
    counted = tmp_path / "count"
    variables = {"COUNT_FILE": str(counted)}
    create_endpoint(client, "chat-counting", scripted, environment_vars=variables)
    stream = chat.ask("chat-counting", conversation("chat-counting"), "count 500")

    assert next(stream) == TextPart("0 ")
    stream.close()
    time.sleep(0.5)
    after_leaving = counted.stat().st_size
    time.sleep(0.5)

    assert counted.stat().st_size == after_leaving < 100
    assert stream.so_far.text == "0 "
    assert stream.so_far.is_interrupted
    assert stream.so_far.request_id


def test_stop_reaches_a_model_that_has_said_nothing_yet(chat, endpoint):
    """Whoever waits for the first word of a slow model can be woken from another thread."""
    stream = chat.ask(endpoint, conversation(endpoint), "sleep 5")
    came: list[object] = []
    waiting = threading.Thread(target=lambda: came.extend(stream))
    waiting.start()
    time.sleep(0.5)

    started = time.monotonic()
    stream.close()
    waiting.join(10)

    assert time.monotonic() - started < 2
    assert came == []


def test_an_error_in_the_middle_keeps_what_had_come(chat, endpoint):
    """The answer is interrupted and says what the model raised."""
    first, answer = chat.ask(endpoint, conversation(endpoint), "break the wire is cut")

    assert first == TextPart("one ")
    assert isinstance(answer, Answer)
    assert answer.is_interrupted
    assert (answer.problem_code, answer.text) == ("CHAIN_FAILED", "one ")
    assert "the wire is cut" in (answer.problem or "")
    assert answer.request_id


def test_an_error_at_once_is_raised_with_the_request_id(chat, endpoint):
    """A model that raises before its first word gave no answer."""
    with pytest.raises(errors.ChainFailed, match="no luck") as caught:
        list(chat.ask(endpoint, conversation(endpoint), "raise no luck"))

    assert caught.value.request_id


def test_a_chain_that_is_still_starting_says_so(chat, client, scripted):
    """The question can be kept: nothing was asked yet."""
    config = EndpointCoreConfigInput(
        name="chat-starting", served_entities=[entity(scripted, 1, environment_vars={"A": "1"})]
    )
    waiter = client.serving_endpoints.create("chat-starting", config=config)

    with pytest.raises(errors.ChainStarting) as caught:
        list(chat.ask("chat-starting", conversation("chat-starting"), "hi"))

    assert caught.value.request_id
    waiter.result()
    *_, answer = chat.ask("chat-starting", conversation("chat-starting"), "hi")
    assert answer.text.strip() == "hi"


def test_a_rate_limit_says_when_to_try_again(chat, client, scripted):
    """One call a minute: the second is told how many seconds to wait."""
    create_endpoint(client, "chat-limited", scripted)
    minute = AiGatewayRateLimitRenewalPeriod.MINUTE
    limits = [AiGatewayRateLimit(calls=1, renewal_period=minute)]
    client.serving_endpoints.put_ai_gateway("chat-limited", rate_limits=limits)
    list(chat.ask("chat-limited", conversation("chat-limited"), "hi"))

    with pytest.raises(errors.TooManyRequests) as caught:
        list(chat.ask("chat-limited", conversation("chat-limited"), "hi"))

    assert 0 < (caught.value.retry_after or 0) <= 60
    assert "second" in caught.value.advice
    assert caught.value.request_id


def test_somebody_without_permission_is_told_so(chat, endpoint, as_person, host):
    """The visitor's own rights decide."""
    person = as_person("reviewers")
    stranger = Chat(open_workspace(host, person.config.token))

    with pytest.raises(errors.NotAllowed, match="permission"):
        list(stranger.ask(endpoint, conversation(endpoint), "hi"))
