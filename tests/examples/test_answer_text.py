"""How an answer is worded, cited and cut into the pieces of a stream."""

from mlflow.entities import Document

from examples.answering.citations import citations, list_of_sources, without_marks
from examples.answering.conversation import pieces, search_text
from examples.answering.extraction import NOTHING_FOUND, compose
from examples.answering.retrieval import Handbook
from examples.corpus import load_passages

HANDBOOK = Handbook(load_passages())
DOCUMENTS = [Document("One.", {"title": "First"}), Document("Two.", {"title": "Second"})]


def answer(question: str) -> str:
    return compose(question, HANDBOOK.search(question), HANDBOOK.weights)


def test_an_answer_is_made_of_the_sentences_that_say_it() -> None:
    """The words are the handbook's own, each sentence with its source."""
    assert "launched on 20 November 2004. [1]" in answer("When was Swift launched?")


def test_a_sentence_that_says_it_is_about_what_the_passage_named() -> None:
    """ "Its redshift is 0.151" answers a question about the burst named one sentence before."""
    assert "Its redshift is 0.151. [1]" in answer("What is the redshift of GRB 221009A?")


def test_nothing_found_is_said_plainly() -> None:
    """Without passages there is no answer, and no source."""
    text = answer("What is a good recipe for scones?")

    assert text == NOTHING_FOUND
    assert list_of_sources(text, []) == ""


def test_only_cited_sources_are_listed() -> None:
    """A passage that was found but not used is no source of the answer."""
    assert list_of_sources("Two. [2]", DOCUMENTS) == "\n\nSources: [2] Second"


def test_a_mark_that_names_no_passage_is_no_citation() -> None:
    """A language model may invent a number; it becomes neither link nor source."""
    text = "One. [1] Nine. [9]"

    assert [citation.document for citation in citations(text, DOCUMENTS)] == DOCUMENTS[:1]
    assert list_of_sources(text, DOCUMENTS) == "\n\nSources: [1] First"


def test_a_citation_points_at_its_mark() -> None:
    """The indices of an annotation cover exactly the mark in the text."""
    text = "One. [1] Two. [2]\n\nSources: [1] First; [2] Second"

    spans = [text[citation.start : citation.end] for citation in citations(text, DOCUMENTS)]

    assert spans == ["[1]", "[2]"]
    assert without_marks(text) == "One. Two."


def test_pieces_join_to_the_text() -> None:
    """A stream loses nothing and adds nothing."""
    text = "  Several words,\n\nand a second paragraph. [1] \n"

    assert "".join(pieces(text)) == text
    assert len(list(pieces(text))) > 1


def test_a_short_question_with_a_pronoun_continues_the_one_before() -> None:
    """ "When was it launched?" is looked up together with what "it" is."""
    turns = [
        {"role": "user", "content": "What is Swift?"},
        {"role": "assistant", "content": "A satellite."},
        {"role": "user", "content": "When was it launched?"},
    ]

    assert search_text(turns) == "What is Swift? When was it launched?"


def test_a_question_that_stands_alone_is_looked_up_alone() -> None:
    """An earlier subject does not leak into a new question."""
    turns = [
        {"role": "user", "content": "What is Swift?"},
        {"role": "assistant", "content": "A satellite."},
        {"role": "user", "content": "What is a good recipe for scones?"},
    ]

    assert search_text(turns) == "What is a good recipe for scones?"


def test_content_in_parts_is_read_like_a_string() -> None:
    """Interfaces that send a list of parts ask the same question."""
    parts = [{"type": "text", "text": "What is Swift?"}, {"type": "image_url", "image_url": {}}]

    assert search_text([{"role": "user", "content": parts}]) == "What is Swift?"
