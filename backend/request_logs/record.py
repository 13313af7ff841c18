"""What there is to know of requests: a line of the list, everything of one, and sums over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backend.feedback.verdicts import Verdict
from backend.turns.recorded_turns import RecordedTurn

# So much of a question stands in the list; the rest is read when its row is opened.
QUESTION_CHARACTERS = 200
# The caller left before the answer was complete; the local workspace's word.
CALLER_LEFT = 499


@dataclass(frozen=True)
class LogRow:
    """One request as the list shows it; nothing of it is a whole body."""

    request_id: str
    at: datetime
    status: int
    latency_ms: int | None
    version: str
    requester: str
    conversation_id: str
    client_request_id: str
    # Its beginning, and empty where the body was not understood.
    question: str
    error_code: str = ""
    up: int = 0
    down: int = 0
    comments: int = 0


@dataclass(frozen=True)
class Cursor:
    """Where a page of the list ends: the next begins after it."""

    # Microseconds since 1970, and the id, which decides between those of one moment.
    micros: int
    request_id: str


@dataclass(frozen=True)
class LogPage:
    """A page of the list, newest first; without a cursor there is nothing older."""

    rows: tuple[LogRow, ...]
    older: Cursor | None = None
    # The newest row there was: what comes later is live tail.
    newest: Cursor | None = None


@dataclass(frozen=True)
class LogDetail:
    """Everything of one request; what is not on record is None or empty."""

    row: LogRow
    endpoint: str
    model: str
    turn: RecordedTurn
    # Each reviewer's last word, the latest first; and every word in the order of time.
    verdicts: tuple[Verdict, ...] = ()
    history: tuple[Verdict, ...] = ()
    # The bodies as they came and went, in text.
    request_body: str | None = None
    response_body: str | None = None
    trace: str | None = None
    # Why a body is missing, in the words of the platform.
    logging_errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facet:
    """One value of a filter and how many requests have it."""

    value: str
    requests: int


@dataclass(frozen=True)
class Bucket:
    """What happened in one span of time, of one version."""

    since: datetime
    version: str
    requests: int = 0
    errors: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    up: int = 0
    down: int = 0


@dataclass(frozen=True)
class Course:
    """How it went over time: buckets of the same length, the earliest first."""

    seconds_per_bucket: int
    buckets: tuple[Bucket, ...]
    # Of the whole time, whatever the version.
    totals: Mapping[str, int] = field(default_factory=dict)
