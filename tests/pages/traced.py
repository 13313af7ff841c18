"""Traces as the page finds them, behind the one seam."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from backend.errors import NotFound, ReviewAppError
from backend.identity import Viewer
from backend.trace_search.record import (
    Neighbours,
    SessionPage,
    SessionRow,
    SessionTurn,
    SessionTurns,
    TracedChains,
    TracePage,
    TraceQuery,
    TraceRow,
    Unfiled,
    UnfiledRequests,
)
from backend.traces.record import Outline, Source, SpanContent, Text, TraceHead, TraceSpan
from backend.turns.answers import Answer
from backend.turns.recorded_turns import Asked, RecordedTurn

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
Found = TypeVar("Found")
EXPERIMENT = "17"
HOSTILE = "<b>How</b> *many* :red[days]\u202e?\x00"
MS = 1_000_000


def row(number: int = 1, **more) -> TraceRow:
    """Return a trace; the higher its number, the older it is."""
    usual = {
        "trace_id": f"tr-{number}",
        "experiment": EXPERIMENT,
        "at": NOON - timedelta(minutes=number),
        "name": "chain",
        "question": f"Question {number}",
        "state": "OK",
        "took_ms": 100 * number,
        "version": "3",
        "user": "rita@example.com",
        "session": "c-1",
    }
    return TraceRow(**(usual | more))


def turn(number: int, **more) -> SessionTurn:
    """Return a turn of a conversation."""
    known = row(number, **more)
    asked = Asked("c-1", known.endpoint, known.user, known.at, known.question)
    answer = Answer(f"Answer *{number}*", f"r{number}", trace_id=known.trace_id)
    return SessionTurn(known, RecordedTurn(asked, answer))


@dataclass
class FakeTraceSearch:
    """Finds what it was given, or raises; remembers what was looked for."""

    known: list[TracedChains] = field(
        default_factory=lambda: [
            TracedChains(EXPERIMENT, ("agents_hr",)),
            TracedChains("18", ("agents_legal", "agents_law")),
        ]
    )
    found: TracePage | ReviewAppError = field(
        default_factory=lambda: TracePage((row(1), row(2, state="ERROR", down=1)), "more")
    )
    talks: SessionPage | ReviewAppError = field(
        default_factory=lambda: SessionPage(
            (SessionRow("c-1", HOSTILE, 2, NOON, NOON, ("rita@example.com",), ("agents_hr",), 1),),
            1234,
        )
    )
    talk: SessionTurns | ReviewAppError = field(
        default_factory=lambda: SessionTurns((turn(2), turn(1)))
    )
    beside: Neighbours | ReviewAppError = field(
        default_factory=lambda: Neighbours(row(2), row(3), row(1))
    )
    waiting: UnfiledRequests | ReviewAppError = field(
        default_factory=lambda: UnfiledRequests(
            (Unfiled("r9", "tr-9", NOON, HOSTILE, "agents_hr", "3", "rita@example.com"),), 50
        )
    )
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def chains(self, _viewer: Viewer) -> list[TracedChains]:
        return self.known

    def page(self, _viewer: Viewer, query: TraceQuery, after: str = "") -> TracePage:
        self.asked.append((query, after))
        return _told(self.found)

    def sessions(
        self, _viewer: Viewer, query: TraceQuery, before: int | None = None
    ) -> SessionPage:
        self.asked.append((query, before))
        return _told(self.talks)

    def session(self, _viewer: Viewer, session: str, after: str = "") -> SessionTurns:
        self.asked.append((session, after))
        return _told(self.talk)

    def neighbours(self, _viewer: Viewer, trace_id: str) -> Neighbours:
        self.asked.append((trace_id,))
        return _told(self.beside)

    def of_request(self, _viewer: Viewer, request_id: str, endpoint: str = "") -> str:
        self.asked.append((request_id, endpoint))
        if request_id != "r9":
            raise NotFound("Neither MLflow nor a request log has a trace of this request.")
        return "tr-9"

    def unfiled(self, _viewer: Viewer, experiment: str = "") -> UnfiledRequests:
        self.asked.append((experiment,))
        return _told(self.waiting)


def _told(content: Found | ReviewAppError) -> Found:
    if isinstance(content, ReviewAppError):
        raise content
    return content


@dataclass
class TwoTraces:
    """Reads two traces, of which the second took longer and did something else."""

    error: ReviewAppError | None = None
    inputs: dict[str, str] = field(
        default_factory=lambda: {"a1": '{"query": "five days"}', "b1": '{"query": "six days"}'}
    )

    def outline(self, _viewer: Viewer, trace_id: str) -> Outline:
        if self.error:
            raise self.error
        letter, took = ("a", 10) if trace_id == "tr-a" else ("b", 45)
        last = "rank" if letter == "a" else "ask again"
        spans = (
            TraceSpan(f"{letter}0", "", "chain", "CHAIN", 0, 2 * took * MS),
            TraceSpan(f"{letter}1", f"{letter}0", "look up", "RETRIEVER", MS, (1 + took) * MS),
            TraceSpan(f"{letter}2", f"{letter}0", last, "LLM", 2 * MS, 3 * MS),
        )
        head = TraceHead(trace_id, Source.MLFLOW, at=NOON, served="chain_3", endpoint="agents_hr")
        return Outline(head, spans, (0, 1, 1))

    def span(self, viewer: Viewer, trace_id: str, span_id: str, _most: int = 0) -> SpanContent:
        span = self.outline(viewer, trace_id).find(span_id)
        text = self.inputs.get(span_id, "")
        return SpanContent(span, Text(text, len(text)), Text("5", 1))
