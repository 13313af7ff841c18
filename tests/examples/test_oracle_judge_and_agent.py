"""The oracle, the judge, and the agent that asks them through a workspace's REST API."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from examples.answering.extraction import NOTHING_FOUND
from examples.judge.verdict import CONTEXT, CORRECTION

Load = Callable[[str], Any]
JETTED = "Why are bursts thought to be jetted?"
NAMED = "How are gamma-ray bursts named?"


def request(*turns: str) -> dict[str, Any]:
    roles = ("user", "assistant") * len(turns)
    return {"messages": [{"role": r, "content": t} for r, t in zip(roles, turns, strict=False)]}


def text(completion: dict[str, Any]) -> str:
    return completion["choices"][0]["message"]["content"]


def streamed(chunks: list[dict[str, Any]]) -> str:
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def test_the_oracle_streams_what_it_answers(load: Load) -> None:
    """Chunks of one answer share an id, end with a reason, and join to the whole."""
    oracle = load("oracle")

    chunks = list(oracle.predict_stream(request(NAMED)))

    assert streamed(chunks) == text(oracle.predict(request(NAMED)))
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_the_judge_keeps_a_right_answer_and_adds_context(load: Load) -> None:
    """A supported answer is cited and enhanced with what it left out."""
    right = "A burst is named after the date of its detection in Universal Time."

    verdict = text(load("judge").predict(request(NAMED, right, "Can you evaluate this answer?")))

    assert verdict.startswith(f"{right} [1]")
    assert CONTEXT in verdict


@pytest.mark.parametrize(
    "wrong",
    [
        "After the astronomer who sees them first.",
        "GRB 170817A is thus the first burst reported for 17 August 2018.",
    ],
)
def test_the_judge_replaces_a_wrong_answer(load: Load, wrong: str) -> None:
    """What the handbook does not bear out is corrected, a false figure included."""
    verdict = text(load("judge").predict(request(NAMED, wrong, "Can you evaluate this answer?")))

    assert verdict.startswith(CORRECTION)
    assert wrong not in verdict
    assert "named after the date" in verdict


def test_the_agent_answers_through_oracle_and_judge(
    endpoints: list[str], load: Load, traced: Callable[[], list[Any]]
) -> None:
    """The answer is the judge's, and the trace shows both calls with their instructions."""
    answer = load("chat_model").predict(request(JETTED))

    assert "two narrow, opposite jets" in text(answer)
    assert CONTEXT in text(answer)
    assert answer["model"] == "agents_demo-handbook-judge"
    names = [span.name for span in traced()]
    assert names[0] == "Audit Agent"
    assert names.count("Agent Call") == names.count("Raw Agent Response") == 2
    assert "a-token-of-the-tests" not in str(traced())


def test_the_agent_streams_the_judges_answer(endpoints: list[str], load: Load) -> None:
    """A streamed answer is the same as a whole one."""
    agent = load("chat_model")

    chunks = list(agent.predict_stream(request(JETTED)))

    assert len(chunks) > 3
    assert streamed(chunks) == text(agent.predict(request(JETTED)))


def test_the_agent_declares_the_endpoints_it_asks(endpoints: list[str], load: Load) -> None:
    """The workspace can give the agent a token for these endpoints and for no others."""
    resources = load("chat_model").metadata.resources["databricks"]["serving_endpoint"]

    assert [resource["name"] for resource in resources] == [
        "agents_demo-handbook-oracle",
        "agents_demo-handbook-judge",
    ]


def test_conversations_at_the_same_time_do_not_mix(endpoints: list[str], load: Load) -> None:
    """One agent serves many threads; each gets the answer to its own question."""
    agent = load("chat_model")
    questions = [JETTED, NAMED, "What is a good recipe for scones?", "When was Swift launched?"]
    parts = ["opposite jets", "named after the date", NOTHING_FOUND, "20 November 2004"]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda it: text(agent.predict(request(it))), questions))

    assert [part in answer for part, answer in zip(parts, answers, strict=True)] == [True] * 4


def test_a_later_question_is_answered_in_its_conversation(endpoints: list[str], load: Load) -> None:
    """The agent passes on the whole conversation, not its first message."""
    answer = load("chat_model").predict(
        request("What is Swift?", "Swift is a NASA satellite.", "When was it launched?")
    )

    assert "20 November 2004" in text(answer)


def test_a_rate_limit_is_waited_for(endpoints: list[str], load: Load) -> None:
    """An answer of 429 is followed by another attempt after Retry-After."""
    endpoints.append("1")

    assert "opposite jets" in text(load("chat_model").predict(request(JETTED)))
    assert endpoints == []


def test_a_rate_limit_that_lasts_is_explained(
    endpoints: list[str], load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patience is bounded, and its end says which endpoint was busy and what to do."""
    monkeypatch.setenv("MLFLOW_DEPLOYMENT_PREDICT_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_DEPLOYMENT_PREDICT_TOTAL_TIMEOUT", "1")
    agent = load("chat_model")
    endpoints.extend(["1"] * 50)

    with pytest.raises(RuntimeError, match=r"handbook-oracle .* ask again in a minute"):
        agent.predict(request(JETTED))
