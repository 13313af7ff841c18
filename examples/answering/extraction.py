"""Words an answer from sentences of the passages found, each with the number of its source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlflow.entities import Document

from examples.answering.terms import TermWeights, terms

NOTHING_FOUND = (
    "The handbook has nothing on this. It covers gamma-ray bursts, the satellites that observe "
    "them and the alerts and circulars that report them."
)
MAX_SENTENCES = 3
# The first sentence of a passage names its subject, which the later ones call "it".
_LEAD_BONUS = 0.25
_CONTINUES = re.compile(r"(It|Its|They|Their|This|These|Both|Each)\b")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


@dataclass(frozen=True)
class _Candidate:
    score: float
    source: int
    position: int
    text: str


def sentences(text: str) -> list[str]:
    """Return the sentences of a passage."""
    return _SENTENCE_END.split(text)


def compose(question: str, documents: Sequence[Document], weights: TermWeights) -> str:
    """Return the sentences that say most about the question, in the order of their sources."""
    if not documents:
        return NOTHING_FOUND
    candidates = [
        candidate
        for source, document in enumerate(documents, start=1)
        for candidate in _candidates(question, document, source, weights)
    ]
    candidates.sort(key=lambda candidate: candidate.score, reverse=True)
    enough = candidates[0].score / 2
    chosen = [candidate for candidate in candidates[:MAX_SENTENCES] if candidate.score >= enough]
    chosen.sort(key=lambda candidate: (candidate.source, candidate.position))
    return " ".join(f"{candidate.text} [{candidate.source}]" for candidate in chosen)


def _candidates(
    question: str, document: Document, source: int, weights: TermWeights
) -> list[_Candidate]:
    wanted = terms(question)
    lead, *others = sentences(document.page_content)
    found = [_Candidate(weights.coverage(wanted, terms(lead)) + _LEAD_BONUS, source, 0, lead)]
    for position, sentence in enumerate(others, start=1):
        # "Its redshift is 0.151" is about what the first sentence named.
        subject = terms(lead) if _CONTINUES.match(sentence) else []
        coverage = weights.coverage(wanted, [*terms(sentence), *subject])
        found.append(_Candidate(coverage, source, position, sentence))
    # A lower rank is worth less, so that the best passage leads unless another fits far better.
    return [replace(candidate, score=candidate.score / source**0.5) for candidate in found]
