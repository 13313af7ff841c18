"""Which passages are found, and when none is."""

from collections.abc import Callable
from typing import Any

import pytest
from mlflow.entities import SpanType

from examples.answering.retrieval import Handbook, SearchSettings
from examples.corpus import load_passages

OFF_TOPIC = [
    "What is a good recipe for scones?",
    "What is a good recipe for baking scones that doesn't require a lot of skill?",
    "What is the best material to make a baseball bat out of?",
    "Who won the world cup in 1998?",
    "How does Kafka replicate partitions across brokers?",
    "Write a poem about a satellite dish",
    "hello",
    "",
]
ON_TOPIC = {
    "What is a gamma-ray burst?": "handbook://grb/basics#1",
    "When was Swift launched?": "handbook://missions/swift#1",
    "What does the Burst Alert Telescope do?": "handbook://missions/swift#2",
    "What is the redshift of GRB221009A?": "handbook://events/landmarks#1",
    "How do notices differ from circulars?": "handbook://alerts/network#2",
    "what does t90 mean": "handbook://grb/durations#2",
}


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return Handbook(load_passages())


@pytest.mark.parametrize(("question", "uri"), ON_TOPIC.items())
def test_a_question_finds_the_passage_about_it(handbook: Handbook, question: str, uri: str) -> None:
    """The passage that answers the question comes first."""
    assert handbook.search(question)[0].metadata["doc_uri"] == uri


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_an_off_topic_question_finds_nothing(handbook: Handbook, question: str) -> None:
    """Sharing a word with the handbook does not make a question one about it."""
    assert handbook.search(question) == []


def test_a_search_leaves_a_retriever_span_with_its_documents(
    handbook: Handbook, traced: Callable[[], list[Any]]
) -> None:
    """The Review App can show what was found and where it comes from."""
    handbook.search("What is a kilonova?")

    (span,) = traced()
    assert span.span_type == SpanType.RETRIEVER
    assert span.inputs == {"query": "What is a kilonova?"}
    first = span.outputs[0]
    assert first["page_content"].startswith("A kilonova is the glow")
    assert first["metadata"] == {
        "doc_uri": "handbook://grb/kilonovae#1",
        "title": "Kilonovae and gravitational waves: What a kilonova is",
        "chunk_id": "grb/kilonovae#1",
    }


def test_top_k_limits_how_many_passages_are_returned() -> None:
    """The configuration of a model decides how much its answers rest on."""
    handbook = Handbook(load_passages(), SearchSettings(top_k=1))

    assert len(handbook.search("What is a kilonova?")) == 1
