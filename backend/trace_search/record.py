"""What is looked for among traces, the address that stands for it, and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from backend.request_logs.query import SPANS, USUAL_SPAN
from backend.trace_search import filter_text
from backend.trace_search.filter_text import TraceFilter
from backend.turns.recorded_turns import RecordedTurn

# A page of the list; more would make every click wait for what nobody looks at.
ROWS = 50
QUESTION_CHARACTERS = 200
# Whatever was ever traced.
ANY_TIME = "any"
# Spans are looked through no further back than this, unless the filter itself says from when.
TEXT_SPAN = "7d"


class Order(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    SLOWEST = "slowest"


@dataclass(frozen=True)
class TraceQuery:
    """The traces that are looked at."""

    # In MLflow's own language.
    text: str = ""
    # How far back, by its word, where the filter itself does not say from when.
    span: str = USUAL_SPAN
    # The experiment of a chain; empty for all that the visitor may see.
    experiment: str = ""
    order: Order = Order.NEWEST

    @property
    def filter(self) -> TraceFilter | None:
        """Return what the filter says; None if only MLflow can tell."""
        return filter_text.read(self.text)

    @property
    def bound(self) -> str:
        """Return how far back is looked beside what the filter says; empty if that is said."""
        known = self.filter
        is_bounded = filter_text.names_a_beginning(self.text) if known is None else known.is_bounded
        if is_bounded:
            return ""
        if self.span == ANY_TIME:
            is_text = known is None or known.searches_text
            return TEXT_SPAN if is_text else ""
        return self.span

    def asked(self, now: datetime | None = None) -> str:
        """Return what MLflow is asked: the filter, and from when on."""
        if not self.bound:
            return self.text.strip()
        since = (now or datetime.now(UTC)) - span_of(self.bound)
        bound = filter_text.written(TraceFilter(since=since))
        return f"{self.text.strip()} AND {bound}" if self.text.strip() else bound

    def parameters(self) -> dict[str, str]:
        """Return what stands for it in an address, without what goes without saying."""
        texts = {
            "filter": self.text,
            "span": self.span if self.span != USUAL_SPAN else "",
            "experiment": self.experiment,
            "order": self.order if self.order is not Order.NEWEST else "",
        }
        return {name: str(text) for name, text in texts.items() if text}

    @classmethod
    def from_parameters(cls, given: Mapping[str, str]) -> "TraceQuery":
        """Read an address; what is not understood is left out."""
        span = given.get("span", "")
        return cls(
            text=given.get("filter", ""),
            span=span if span in (*SPANS, ANY_TIME) else USUAL_SPAN,
            experiment=given.get("experiment", ""),
            order=Order.SLOWEST if given.get("order") == Order.SLOWEST else Order.NEWEST,
        )


def span_of(word: str) -> timedelta:
    """Return how long one of the quick ranges is."""
    return SPANS.get(word, SPANS[USUAL_SPAN])


@dataclass(frozen=True)
class TracedChains:
    """An MLflow experiment the visitor may see, and the endpoints whose traces are in it."""

    experiment: str
    endpoints: tuple[str, ...]
    # The registered models they serve.
    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class TraceRow:
    """One trace as a list shows it; nothing of it is a whole body."""

    trace_id: str
    experiment: str
    at: datetime
    name: str
    # The beginning of what was asked.
    question: str
    state: str
    took_ms: int | None = None
    tokens: int | None = None
    # In US dollars, where the chain says what it cost.
    cost: float | None = None
    version: str = ""
    user: str = ""
    session: str = ""
    endpoint: str = ""
    request_id: str = ""
    up: int = 0
    down: int = 0
    # What else was said: by people, judges or code.
    others: int = 0


@dataclass(frozen=True)
class TracePage:
    """A page of the list; without a token there is nothing after it."""

    rows: tuple[TraceRow, ...] = ()
    after: str = ""


@dataclass(frozen=True)
class Neighbours:
    """A trace and those of the same conversation before and after it, as far as there are any."""

    row: TraceRow
    earlier: TraceRow | None = None
    later: TraceRow | None = None


@dataclass(frozen=True)
class SessionRow:
    """A conversation as a list shows it."""

    id: str
    question: str
    turns: int
    first_at: datetime
    last_at: datetime
    people: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    errors: int = 0
    up: int = 0
    down: int = 0
    # There are more turns than were counted.
    is_cut: bool = False


@dataclass(frozen=True)
class SessionPage:
    """A page of conversations, the one with the latest turn first."""

    rows: tuple[SessionRow, ...] = ()
    # From when on there is more, in milliseconds; None at the end.
    before: int | None = None


@dataclass(frozen=True)
class SessionTurn:
    """One turn of a conversation with the trace it comes from."""

    row: TraceRow
    turn: RecordedTurn


@dataclass(frozen=True)
class SessionTurns:
    """A part of a conversation, from its beginning on; without a token there is no more."""

    turns: tuple[SessionTurn, ...] = ()
    after: str = ""


@dataclass(frozen=True)
class Unfiled:
    """A request that is on record and whose trace MLflow does not have yet."""

    request_id: str
    trace_id: str
    at: datetime
    question: str
    endpoint: str
    version: str = ""
    user: str = ""


@dataclass(frozen=True)
class UnfiledRequests:
    """The newest of them, and of how many requests that is the rest."""

    requests: tuple[Unfiled, ...] = ()
    looked_at: int = 0
    # Endpoints whose record could not be read, though it should be there.
    unread: tuple[str, ...] = ()
