"""The path to a real language model, against a server that speaks /chat/completions."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import mlflow
import pytest

from examples.answering.expert import HandbookExpert
from examples.answering.extraction import NOTHING_FOUND
from examples.answering.language_model import LanguageModel

KEY = "sk-secret-of-the-tests"
QUESTION = [{"role": "user", "content": "When was Swift launched?"}]
ANSWER = "In November 2004. [1]"


@pytest.fixture
def requests_seen(
    serve: Callable[..., Any], json_handler: type[Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[dict[str, Any]]]:
    """Serve one fixed answer and note what was asked."""
    seen: list[dict[str, Any]] = []

    class Completions(json_handler):
        def do_POST(self) -> None:  # noqa: N802 - the name http.server looks for
            body = self.body()
            seen.append({"path": self.path, "key": self.headers["Authorization"], **body})
            if body.get("stream"):
                self.send_events(map(_chunk, ("In November ", "2004. [1]")))
            else:
                self.send_json(_completion(ANSWER))

    with serve(Completions) as url:
        monkeypatch.setenv("EXAMPLES_LLM_BASE_URL", f"{url}/v1")
        monkeypatch.setenv("EXAMPLES_LLM_MODEL", "some-model")
        monkeypatch.setenv("EXAMPLES_LLM_API_KEY", KEY)
        yield seen


def test_without_a_base_url_there_is_no_language_model() -> None:
    """The examples work out of the box, without any service."""
    assert LanguageModel.from_environment() is None


def test_the_model_is_asked_with_the_passages_and_the_key(
    requests_seen: list[dict[str, Any]],
) -> None:
    """The request holds instructions, passages and the conversation, and the key as a header."""
    expert = HandbookExpert({})
    text = expert.answer(QUESTION, expert.look_up(QUESTION), {"temperature": 0.5})

    (request,) = requests_seen
    assert text == f"{ANSWER}\n\nSources: [1] Swift: The Neil Gehrels Swift Observatory"
    assert request["path"] == "/v1/chat/completions"
    assert request["model"] == "some-model"
    assert request["temperature"] == 0.5
    assert request["key"] == f"Bearer {KEY}"
    assert "launched on 20 November 2004" in request["messages"][0]["content"]
    assert request["messages"][1:] == QUESTION


def test_a_streamed_answer_arrives_in_its_own_pieces(requests_seen: list[dict[str, Any]]) -> None:
    """What the model streams is passed on as it comes, then the sources follow."""
    expert = HandbookExpert({})
    received = list(expert.stream(QUESTION, expert.look_up(QUESTION)))

    assert received[:2] == ["In November ", "2004. [1]"]
    assert received[2].startswith("\n\nSources: [1] Swift")
    assert requests_seen[0]["stream"] is True


def test_the_model_is_not_asked_about_what_the_handbook_lacks(
    requests_seen: list[dict[str, Any]],
) -> None:
    """Without passages nothing could ground an answer, so none is bought."""
    expert = HandbookExpert({})
    question = [{"role": "user", "content": "What is a good recipe for scones?"}]

    assert expert.answer(question, expert.look_up(question)) == NOTHING_FOUND
    assert requests_seen == []


def test_no_trace_contains_the_key(requests_seen: list[dict[str, Any]]) -> None:
    """A trace shows messages and token usage, never the credentials."""
    expert = HandbookExpert({})
    expert.answer(QUESTION, expert.look_up(QUESTION))

    trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
    assert trace is not None
    (span,) = trace.data.spans
    assert span.span_type == "CHAT_MODEL"
    assert span.get_attribute("mlflow.chat.tokenUsage")["total_tokens"] == 12
    assert KEY not in trace.to_json()


@pytest.mark.parametrize("name", ["chat_agent", "oracle", "responses_agent"])
def test_a_logged_chain_answers_through_the_model_the_environment_names(
    requests_seen: list[dict[str, Any]], load: Callable[[str], Any], name: str
) -> None:
    """Setting the variables is all it takes; the logged model stays the same."""
    field = "input" if name == "responses_agent" else "messages"

    answer = load(name).predict({field: QUESTION})

    assert ANSWER in json.dumps(answer)
    assert len(requests_seen) == 1


def _completion(text: str) -> dict[str, Any]:
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "some-model",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {"prompt_tokens": 8, "completion_tokens": 4, "total_tokens": 12},
    }


def _chunk(text: str) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": None, "delta": {"role": "assistant", "content": text}}
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "some-model",
        "choices": [choice],
    }
