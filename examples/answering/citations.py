"""Numbered citations such as `[2]`: written, listed under an answer, and found again in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlflow.entities import Document

_MARK = re.compile(r"\s?\[(\d+)\]")
_SOURCES = "\n\nSources: "


@dataclass(frozen=True)
class Citation:
    """A place in an answer that rests on a document."""

    start: int
    end: int
    document: Document


def citations(text: str, documents: Sequence[Document]) -> list[Citation]:
    """Return the marks in the text that name one of the documents, without the list of sources."""
    body = without_sources(text)
    return [
        Citation(mark.start(1) - 1, mark.end(), documents[int(mark[1]) - 1])
        for mark in _MARK.finditer(body)
        if 1 <= int(mark[1]) <= len(documents)
    ]


def list_of_sources(text: str, documents: Sequence[Document]) -> str:
    """Return what to append to an answer: the titles it cites, or nothing if it cites none."""
    cited = sorted({int(mark) for mark in _MARK.findall(text)})
    titles = [
        f"[{number}] {documents[number - 1].metadata['title']}"
        for number in cited
        if 1 <= number <= len(documents)
    ]
    return _SOURCES + "; ".join(titles) if titles else ""


def without_sources(text: str) -> str:
    """Return an answer without the list of sources at its end."""
    return text.partition(_SOURCES)[0]


def without_marks(text: str) -> str:
    """Return an answer as plain prose, without sources and marks."""
    return _MARK.sub("", without_sources(text))
