"""Which requests are looked at: a filter, and the address that stands for it.

Everything is in the address, and nothing that goes without saying: who opens it sees the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

# Quick ranges, by how they stand in the address.
SPANS = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
USUAL_SPAN = "7d"
# Beyond these no moment can be reckoned with.
_YEARS = range(1970, 9000)
_Word = TypeVar("_Word", bound=StrEnum)


class Said(StrEnum):
    """What people said of an answer, as their last words stand."""

    UP = "up"
    DOWN = "down"
    # They say that they do not know.
    UNKNOWN = "unknown"
    NOTHING = "none"
    ANYTHING = "any"


class Outcome(StrEnum):
    """How a request ended: answered, not answered, or left by its caller before the end."""

    ANSWERED = "answered"
    FAILED = "failed"
    LEFT = "left"


@dataclass(frozen=True)
class LogQuery:
    """The requests of one endpoint that are looked at."""

    endpoint: str
    # Either the last so many minutes or days, by its word, or two moments; an open end is now.
    span: str = USUAL_SPAN
    since: datetime | None = None
    until: datetime | None = None
    version: str = ""
    outcome: Outcome | None = None
    status: int | None = None
    error_code: str = ""
    min_ms: int | None = None
    max_ms: int | None = None
    requester: str = ""
    conversation: str = ""
    said: Said | None = None
    said_by: str = ""
    with_comment: bool = False
    reasons: tuple[str, ...] = ()
    # In the question or the answer, regardless of upper and lower case.
    text: str = ""
    # A single request, by either of its ids.
    request: str = ""
    # Those somebody picked, by their ids in the log; then no time is meant but what is named.
    requests: tuple[str, ...] = ()
    # Trials, tests and replays too, which the app asks itself.
    with_own: bool = False

    @property
    def names_requests(self) -> bool:
        """Tell whether ids say which requests are meant, and no span of time has to."""
        return bool(self.request or self.requests) and not self.since

    def moments(self, now: datetime | None = None) -> tuple[datetime, datetime | None]:
        """Return from when to when; without an end it is up to now."""
        if self.since:
            return self.since, self.until
        end = self.until or now or datetime.now(UTC)
        return end - SPANS.get(self.span, SPANS[USUAL_SPAN]), self.until

    def parameters(self) -> dict[str, str]:
        """Return what stands for it in an address."""
        return dict(_written(self))

    @classmethod
    def from_parameters(cls, given: Mapping[str, str], endpoint: str = "") -> "LogQuery":
        """Read an address; what is not understood is left out."""
        return cls(
            endpoint=given.get("endpoint") or endpoint,
            span=given["span"] if given.get("span") in SPANS else USUAL_SPAN,
            since=_moment(given.get("from")),
            until=_moment(given.get("to")),
            version=given.get("version", ""),
            outcome=_one_of(Outcome, given.get("outcome")),
            status=_number(given.get("status")),
            error_code=given.get("error", ""),
            min_ms=_number(given.get("slower")),
            max_ms=_number(given.get("faster")),
            requester=given.get("by", ""),
            conversation=given.get("conversation", ""),
            said=_one_of(Said, given.get("said")),
            said_by=given.get("reviewer", ""),
            with_comment=given.get("comment") == "yes",
            reasons=tuple(_reason(each) for each in given.get("reasons", "").split(",") if each),
            text=given.get("text", ""),
            request=given.get("request", ""),
            requests=tuple(each for each in given.get("requests", "").split(",") if each),
            with_own=given.get("own") == "yes",
        )


def _written(query: LogQuery) -> Iterator[tuple[str, str]]:
    texts = {
        "endpoint": query.endpoint,
        "span": query.span if query.span != USUAL_SPAN and not query.since else "",
        "from": query.since.isoformat() if query.since else "",
        "to": query.until.isoformat() if query.until else "",
        "version": query.version,
        "outcome": query.outcome or "",
        "status": _text(query.status),
        "error": query.error_code,
        "slower": _text(query.min_ms),
        "faster": _text(query.max_ms),
        "by": query.requester,
        "conversation": query.conversation,
        "said": query.said or "",
        "reviewer": query.said_by,
        "comment": "yes" if query.with_comment else "",
        "reasons": ",".join(map(_listed, query.reasons)),
        "text": query.text,
        "request": query.request,
        "requests": ",".join(query.requests),
        "own": "yes" if query.with_own else "",
    }
    yield from ((name, str(text)) for name, text in texts.items() if text)


def _listed(reason: str) -> str:
    """Return a reason as it stands between commas."""
    return reason.replace("%", "%25").replace(",", "%2C")


def _reason(listed: str) -> str:
    return listed.replace("%2C", ",").replace("%25", "%")


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if moment is None or moment.year not in _YEARS:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _one_of(words: type[_Word], text: str | None) -> _Word | None:
    return next((word for word in words if word.value == text), None)
