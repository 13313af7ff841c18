"""Finds passages of the handbook with BM25 and says so in a RETRIEVER span."""

from collections.abc import Sequence
from dataclasses import dataclass

import mlflow
from bm25s import BM25  # type: ignore[import-untyped] # ships no annotations
from mlflow.entities import Document, SpanType

from examples.answering.terms import TermWeights, terms
from examples.corpus import Passage


@dataclass(frozen=True)
class SearchSettings:
    """How many passages an answer may rest on, and when a passage counts as relevant."""

    top_k: int = 3
    # The share of the question's weighted terms that a passage must contain. Below it lie
    # questions that only happen to share a word, such as one about a baseball bat with Swift's BAT.
    min_coverage: float = 0.48


class Handbook:
    """The searchable handbook; reading only, so one serves all threads."""

    def __init__(self, passages: Sequence[Passage], settings: SearchSettings | None = None) -> None:
        self._passages = passages
        self._settings = settings or SearchSettings()
        self._terms = [terms(f"{passage.title} {passage.text}") for passage in passages]
        self._vocabulary = {term for found in self._terms for term in found}
        self._index = BM25()
        self._index.index(self._terms, show_progress=False)
        self.weights = TermWeights(self._terms)

    @mlflow.trace(name="Handbook search", span_type=SpanType.RETRIEVER)
    def search(self, query: str) -> list[Document]:
        """Return the relevant passages, best first; none if nothing is relevant."""
        wanted = terms(query)
        scores = self._scores(wanted)
        ranked = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
        relevant = [position for position in ranked if self._is_relevant(wanted, position)]
        return [as_document(self._passages[it]) for it in relevant[: self._settings.top_k]]

    def _scores(self, wanted: list[str]) -> list[float]:
        known = [term for term in wanted if term in self._vocabulary]
        if not known:
            return []
        return [float(score) for score in self._index.get_scores(known)]

    def _is_relevant(self, wanted: list[str], position: int) -> bool:
        coverage = self.weights.coverage(wanted, self._terms[position])
        return coverage >= self._settings.min_coverage


def as_document(passage: Passage) -> Document:
    """Return the passage in the form in which MLflow shows what a retriever found."""
    metadata = {"doc_uri": passage.uri, "title": passage.title, "chunk_id": passage.chunk_id}
    return Document(page_content=passage.text, metadata=metadata, id=passage.chunk_id)
