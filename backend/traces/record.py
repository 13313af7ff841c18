"""What there is to know of a trace: its spans without their content, and the content of one.

Whoever reads a trace, from MLflow or from the request log, makes these. A trace of ten thousands of
spans is small in this form; what was put in and came out is read when somebody looks at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

# The kind of a span that names none.
UNKNOWN_KIND = "UNKNOWN"


class Source(StrEnum):
    """Where a trace was read."""

    MLFLOW = "mlflow"
    REQUEST_LOG = "request_log"


class SpanState(StrEnum):
    """How a span ended."""

    OK = "OK"
    ERROR = "ERROR"
    UNSET = "UNSET"


class TraceSpan(NamedTuple):
    """One step of a trace, without what was put in and what came out."""

    span_id: str
    # Empty at the top.
    parent_id: str
    name: str
    kind: str
    # Nanoseconds since 1970; one that has not ended has no end.
    start_ns: int
    end_ns: int | None
    state: SpanState = SpanState.UNSET
    # How many characters it takes as MLflow writes it, with everything in it.
    characters: int = 0
    tokens: int | None = None
    # In US dollars, as MLflow reckons.
    cost: float | None = None

    @property
    def duration_ns(self) -> int:
        """Return how long it took; clocks that went backwards make it nothing."""
        return max(0, (self.end_ns or self.start_ns) - self.start_ns)


@dataclass(frozen=True)
class TraceHead:
    """What is said of a trace as a whole; what is not on record is empty."""

    trace_id: str
    source: Source
    experiment_id: str = ""
    request_id: str = ""
    conversation_id: str = ""
    user: str = ""
    endpoint: str = ""
    served: str = ""
    at: datetime | None = None
    state: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Outline:
    """The tree of a trace: every span after its parent, those of one parent by their beginning."""

    head: TraceHead
    spans: tuple[TraceSpan, ...]
    # How deep each of them lies, the top being 0.
    depths: tuple[int, ...]
    # Those that made the trace take as long as it did.
    critical: frozenset[str] = frozenset()
    # Of all together; a span above others does not count theirs again.
    tokens: int | None = None
    cost: float | None = None
    # There were more than can be shown.
    is_cut: bool = False

    @cached_property
    def start_ns(self) -> int:
        """Return when the first of them began."""
        return min((span.start_ns for span in self.spans), default=0)

    @cached_property
    def total_ns(self) -> int:
        """Return how long it was until the last of them ended."""
        ends = (max(span.start_ns, span.end_ns or 0) for span in self.spans)
        return max(ends, default=0) - self.start_ns

    @cached_property
    def errors(self) -> int:
        """Count the spans that failed."""
        return sum(span.state is SpanState.ERROR for span in self.spans)

    def place(self, span_id: str) -> int | None:
        """Return where in the list a span is."""
        return self._places.get(span_id)

    def find(self, span_id: str) -> TraceSpan | None:
        """Return the span of this id."""
        place = self.place(span_id)
        return None if place is None else self.spans[place]

    def children(self, span_id: str = "") -> tuple[TraceSpan, ...]:
        """Return what lies directly below a span; of none, what is at the top."""
        return self._children.get(span_id, ())

    def path(self, span_id: str) -> tuple[TraceSpan, ...]:
        """Return the spans from the top down to this one."""
        place = self.place(span_id)
        if place is None:
            return ()
        found, depth = [self.spans[place]], self.depths[place]
        for earlier in range(place - 1, -1, -1):
            if self.depths[earlier] < depth:
                found.append(self.spans[earlier])
                depth = self.depths[earlier]
        return tuple(reversed(found))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {span.span_id: place for place, span in enumerate(self.spans)}

    @cached_property
    def _children(self) -> dict[str, tuple[TraceSpan, ...]]:
        found: dict[str, list[TraceSpan]] = {}
        above: list[str] = []
        for span, depth in zip(self.spans, self.depths, strict=True):
            del above[depth:]
            found.setdefault(above[-1] if above else "", []).append(span)
            above.append(span.span_id)
        return {parent: tuple(spans) for parent, spans in found.items()}


@dataclass(frozen=True)
class Text:
    """A text as far as it was read."""

    text: str = ""
    # Of the whole.
    characters: int = 0

    @property
    def is_cut(self) -> bool:
        """Tell whether there is more of it."""
        return len(self.text) < self.characters


@dataclass(frozen=True)
class SpanEvent:
    """Something that happened within a span."""

    name: str
    at_ns: int
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SpanContent:
    """What was put into a span, what came out, and what else was noted of it."""

    span: TraceSpan
    # As JSON was written, or whatever else was noted.
    inputs: Text = Text()
    outputs: Text = Text()
    attributes: Mapping[str, Text] = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    # What the span says of how it ended.
    message: str = ""


@dataclass(frozen=True)
class Said:
    """An assessment: what somebody, or something, said of a trace or of one of its spans."""

    assessment_id: str
    name: str
    # As text; a list is written with commas.
    value: str
    by: str
    # "HUMAN", "LLM_JUDGE" or "CODE".
    by_kind: str
    at: datetime | None = None
    comment: str = ""
    # Empty where it is on the whole trace.
    span_id: str = ""
    is_expectation: bool = False
    is_mine: bool = False
    # Written here, by hand; what a verdict in the chat put there is changed in the chat.
    is_changeable: bool = False


@dataclass(frozen=True)
class Opinion:
    """What somebody wants to say of a trace, or of one of its spans."""

    is_good: bool | None = None
    comment: str = ""
    name: str = ""
    # Empty for the whole trace.
    span_id: str = ""
    # One's former words, by their id.
    replaces: str = ""
