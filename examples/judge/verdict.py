"""Checks an answer against passages of the handbook, sentence by sentence, without any model."""

from collections.abc import Sequence

from mlflow.entities import Document

from examples.answering.citations import without_marks
from examples.answering.extraction import NOTHING_FOUND, compose, sentences
from examples.answering.terms import TermWeights, terms

CORRECTION = "The answer given is not borne out by the handbook, which says: "
CONTEXT = "\n\nFurther context: "
_SUPPORTED = 0.7
_EXTRA_SENTENCES = 2


def review(question: str, answer: str, documents: Sequence[Document], weights: TermWeights) -> str:
    """Return the answer with more context if the passages bear it out, else a corrected one."""
    if not documents:
        return NOTHING_FOUND
    claims = sentences(without_marks(answer))
    sources = [supporting_source(claim, documents, weights) for claim in claims]
    if not all(sources):
        return CORRECTION + compose(question, documents, weights)
    confirmed = " ".join(
        f"{claim} [{source}]" for claim, source in zip(claims, sources, strict=True)
    )
    extra = _context(claims, documents)
    return confirmed + (CONTEXT + extra if extra else "")


def supporting_source(
    claim: str, documents: Sequence[Document], weights: TermWeights
) -> int | None:
    """Return the number of the first passage that holds what the claim says, its figures too."""
    said = terms(claim)
    figures = {term for term in said if term[0].isdigit()}
    for number, document in enumerate(documents, start=1):
        found = set(terms(document.page_content))
        if said and figures <= found and weights.coverage(said, found) >= _SUPPORTED:
            return number
    return None


def _context(claims: Sequence[str], documents: Sequence[Document]) -> str:
    best = sentences(documents[0].page_content)
    unsaid = [sentence for sentence in best if sentence not in claims][:_EXTRA_SENTENCES]
    return " ".join(f"{sentence} [1]" for sentence in unsaid)
