"""Answers a conversation from the handbook: with a language model if there is one, else by extract.

Either way the answer rests on the passages found and cites them, and if none was found it says so
without asking any model.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlflow.entities import Document

from examples.answering.citations import list_of_sources
from examples.answering.conversation import Turn, pieces, search_text
from examples.answering.extraction import compose
from examples.answering.language_model import DEFAULTS, LanguageModel
from examples.answering.retrieval import Handbook, SearchSettings
from examples.corpus import load_passages

INSTRUCTION = (
    "Answer the last question from the numbered passages of a handbook and from nothing else. "
    "Put the number of the passage in square brackets, such as [1], after each sentence that "
    "rests on it. If the passages do not answer the question, say that plainly."
)


class HandbookExpert:
    """One loaded handbook with its language model, shared by all calls of a model process."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.handbook = Handbook(load_passages(), SearchSettings(**settings))
        self.language_model = LanguageModel.from_environment()

    def look_up(self, turns: Sequence[Turn]) -> list[Document]:
        """Return the passages that bear on the last question."""
        return self.handbook.search(search_text(turns))

    def answer(
        self,
        turns: Sequence[Turn],
        documents: Sequence[Document],
        options: Mapping[str, Any] = DEFAULTS,
    ) -> str:
        """Return the whole answer, its sources listed at the end."""
        if self.language_model is None or not documents:
            text = compose(search_text(turns), documents, self.handbook.weights)
        else:
            text = self.language_model.answer(grounded(turns, documents), options)
        return text + list_of_sources(text, documents)

    def stream(
        self,
        turns: Sequence[Turn],
        documents: Sequence[Document],
        options: Mapping[str, Any] = DEFAULTS,
    ) -> Iterator[str]:
        """Yield the answer piece by piece, then its sources."""
        if self.language_model is None or not documents:
            yield from pieces(self.answer(turns, documents))
            return
        text = ""
        for piece in self.language_model.stream(grounded(turns, documents), options):
            text += piece
            yield piece
        if sources := list_of_sources(text, documents):
            yield sources


def grounded(turns: Sequence[Turn], documents: Sequence[Document]) -> list[Turn]:
    """Return the conversation as a language model gets it, the passages before everything else."""
    passages = "\n\n".join(
        f"[{number}] {document.metadata['title']}\n{document.page_content}"
        for number, document in enumerate(documents, start=1)
    )
    instructions = "\n\n".join(
        [*(str(turn["content"]) for turn in turns if turn["role"] == "system"), INSTRUCTION]
    )
    system = {"role": "system", "content": f"{instructions}\n\nPassages:\n\n{passages}"}
    spoken = [
        {"role": turn["role"], "content": turn["content"]}
        for turn in turns
        if turn["role"] in ("user", "assistant") and turn.get("content")
    ]
    return [system, *spoken]
