"""Counts the documents behind bad answers; knows no store.

What a reviewer says of a source is evidence against that document. That an answer over it was
called wrong is weaker: the model may have read it badly. The two are never added up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.quality.record import Document
from backend.quality.shares import Share
from backend.turns.answers import Source

MOST_DOCUMENTS = 10
_NAME_CHARACTERS = 200


@dataclass(frozen=True)
class SourceVerdict:
    """The last word of one person on one source of one answer."""

    request_id: str
    step_id: str | None
    position: int | None
    is_wrong: bool


@dataclass
class _Counted:
    wrong: int = 0
    total: int = 0
    requests: dict[str, None] = field(default_factory=dict)

    def add(self, request_id: str, *, wrong: int, total: int) -> None:
        """Count what was said of one request."""
        self.wrong += wrong
        self.total += total
        if wrong:
            self.requests[request_id] = None


def named(
    verdicts: Iterable[SourceVerdict], sources: Mapping[str, Sequence[Source]]
) -> tuple[Document, ...]:
    """Return the documents most often called wrong themselves; the newest verdicts come first."""
    counted: dict[str, _Counted] = defaultdict(_Counted)
    for each in verdicts:
        source = _meant(each, sources.get(each.request_id, ()))
        if source is not None:
            counted[name_of(source)].add(each.request_id, wrong=int(each.is_wrong), total=1)
    return _worst(counted)


def behind(
    thumbs: Mapping[str, tuple[int, int]], sources: Mapping[str, Sequence[Source]]
) -> tuple[Document, ...]:
    """Return the documents most often behind answers called wrong; `thumbs` are up and down."""
    counted: dict[str, _Counted] = defaultdict(_Counted)
    for request_id, (up, down) in thumbs.items():
        # A document counts once for an answer, however many of its passages were used.
        for name in dict.fromkeys(name_of(each) for each in sources.get(request_id, ())):
            counted[name].add(request_id, wrong=down, total=up + down)
    return _worst(counted)


def name_of(source: Source) -> str:
    """Return what a document goes by: its address, else its title, else how it begins."""
    words = " ".join((source.uri or source.title or source.text).split())
    return words if len(words) <= _NAME_CHARACTERS else words[: _NAME_CHARACTERS - 2] + " …"


def _meant(verdict: SourceVerdict, sources: Sequence[Source]) -> Source | None:
    """Return the source at this place; where no retrieval is named the first one is meant."""
    step = verdict.step_id or next((each.step_id for each in sources if each.step_id), None)
    return next(
        (
            each
            for each in sources
            if each.step_id == step and each.position == (verdict.position or 0)
        ),
        None,
    )


def _worst(counted: Mapping[str, _Counted]) -> tuple[Document, ...]:
    found = [
        Document(name, Share(each.wrong, each.total), tuple(each.requests))
        for name, each in counted.items()
        if each.wrong
    ]
    # Of as many wrong ones that comes first which is surely worse.
    found.sort(key=lambda each: (-each.wrong.hits, -each.wrong.interval.low, each.name))
    return tuple(found[:MOST_DOCUMENTS])
