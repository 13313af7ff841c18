"""Quality as the page meets it, behind the one seam."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.errors import ReviewAppError
from backend.identity import Viewer
from backend.quality.agreement import Votes, agreement
from backend.quality.record import (
    Alike,
    Disputes,
    Document,
    Documents,
    Exchange,
    Judged,
    Overview,
    Pair,
    Reason,
    Sum,
    Topic,
    Topics,
    Unjudged,
    Versions,
    VersionSide,
)
from backend.quality.report import Report
from backend.quality.shares import Share
from backend.request_logs.query import LogQuery

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOSTILE = "How many *days* <b>off</b>?"


def judged(number: int, question: str = HOSTILE, **more: object) -> Judged:
    """Return a request with one thumb down."""
    usual: dict[str, Any] = {"version": "2", "down": 1, "conversation_id": f"c{number}"}
    return Judged(f"r{number}", NOON, question=question, **(usual | more))


def some_overview() -> Overview:
    """Return sums of two versions, two people and two days."""
    return Overview(
        total=Sum("", 30, 15, 2),
        by_version=(Sum("2", 20, 5), Sum("1", 10, 10, 2)),
        by_reviewer=(Sum("rita@example.com", 29, 15, 2), Sum("rob_*@example.com", 1)),
        by_time=(
            Sum((NOON - timedelta(days=1)).isoformat(), 10, 5),
            Sum(NOON.isoformat(), 20, 10, 2),
        ),
        reasons=(Reason("outdated", 0, 9), Reason("own_*_reason", 3, 1)),
    )


def some_versions() -> Versions:
    """Return two versions of which the new one is surely better."""
    new = VersionSide("2", Sum("2", 90, 10), 200, 2, 120.0, 480.0, {"outdated": 1})
    old = VersionSide("1", Sum("1", 50, 50), 180, 30, 150.0, 900.0, {"outdated": 30})
    same = Pair(judged(1, up=1, down=0), judged(2, version="1"), True)
    both = {"2": Sum("2", 9, 1), "1": Sum("1", 1, 9)}
    topic = Topic(("parking",), Sum("parking", 10, 10), ("r5",), both)
    return Versions(new, old, (topic,), better=(same,))


@dataclass
class FakeQuality:
    """Has what it was given, or raises; remembers what it was asked."""

    found: Overview = field(default_factory=some_overview)
    grouped: Topics = field(
        default_factory=lambda: Topics(
            (
                Topic(("leave", "days"), Sum("leave days", 3, 9), ("r1", "r2", "gone")),
                Topic(("canteen",), Sum("canteen", 5, 1), ("r3",)),
            ),
            20,
        )
    )
    rested_on: Documents = field(
        default_factory=lambda: Documents(
            (Document("https://x.example/*leave*", Share(8, 9), ("r1",)),),
            (Document("canteen.md", Share(2, 3), ("r3",)),),
            9,
            30,
            without_sources=1,
        )
    )
    differing: Disputes = field(
        default_factory=lambda: Disputes(
            agreement([Votes(2, 0, 20), Votes(0, 2, 10), Votes(1, 1, 1)]),
            (judged(1, up=1),),
            {"r1": (("rita@example.com", "negative", "Too *old*."), ("rob", "positive", ""))},
        )
    )
    next_ones: Unjudged = field(
        default_factory=lambda: Unjudged(
            (Alike(judged(4, "Days off?", down=0), judged(1), 0.97),), 40, 9
        )
    )
    beside: Versions = field(default_factory=some_versions)
    asked: list[str] = field(default_factory=lambda: ["2", "1"])
    # What every version answers; empty: each something else.
    answer: str = ""
    error: ReviewAppError | None = None
    queries: list[tuple[str, LogQuery]] = field(default_factory=list)

    def _note(self, name: str, query: LogQuery) -> None:
        self.queries.append((name, query))
        if self.error:
            raise self.error

    def overview(self, _viewer: Viewer, query: LogQuery) -> Overview:
        self._note("overview", query)
        return self.found

    def versions_asked(self, _viewer: Viewer, query: LogQuery) -> list[str]:
        self._note("versions_asked", query)
        return self.asked

    def topics(self, _viewer: Viewer, query: LogQuery) -> Topics:
        self._note("topics", query)
        return self.grouped

    def documents(self, _viewer: Viewer, query: LogQuery) -> Documents:
        self._note("documents", query)
        return self.rested_on

    def disputes(self, _viewer: Viewer, query: LogQuery) -> Disputes:
        self._note("disputes", query)
        return self.differing

    def unjudged(self, _viewer: Viewer, query: LogQuery) -> Unjudged:
        self._note("unjudged", query)
        return self.next_ones

    def versions(self, _viewer: Viewer, query: LogQuery, new: str, old: str) -> Versions:
        self._note(f"versions {new} {old}", query)
        return self.beside

    def questions(
        self, _viewer: Viewer, query: LogQuery, request_ids: Sequence[str]
    ) -> dict[str, Judged]:
        self._note("questions", query)
        return {each: judged(int(each[1:])) for each in request_ids if each != "gone"}

    def exchanges(
        self, _viewer: Viewer, query: LogQuery, request_ids: Sequence[str]
    ) -> dict[str, Exchange]:
        self._note("exchanges", query)
        return {
            each: Exchange(HOSTILE, self.answer or f"Answer {each} *x*", (each,))
            for each in request_ids
        }

    def report(self, _viewer: Viewer, query: LogQuery) -> Report:
        self._note("report", query)
        return Report(
            query.endpoint,
            NOON - timedelta(days=7),
            NOON,
            self.found,
            Sum("", 10, 20),
            self.grouped,
            self.rested_on,
            self.differing,
            self.next_ones,
            self.beside,
        )
