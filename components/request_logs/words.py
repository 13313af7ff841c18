"""What requests, filters and their values are called on the screen."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from backend.request_logs.query import SPANS, USUAL_SPAN, LogQuery, Outcome, Said
from backend.request_logs.record import CALLER_LEFT, LogRow
from backend.serving.reviewer_guide import ReviewerGuide
from components import times
from components.verdicts.verdict_reasons import word_for

SPAN_WORDS = {
    "15m": "Last 15 minutes",
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
}
OUTCOME_WORDS = {
    Outcome.ANSWERED: "Answered",
    Outcome.FAILED: "Failed",
    Outcome.LEFT: "Left before the end",
}
SAID_WORDS = {
    Said.UP: "Called right",
    Said.DOWN: "Called wrong",
    Said.UNKNOWN: "Don't know",
    Said.NOTHING: "Not judged",
    Said.ANYTHING: "Judged",
}
_USUAL_REASONS = ReviewerGuide()
# Of the platform, without a name of its own among those of HTTP.
_STATUS_WORDS = {CALLER_LEFT: "left before the end"}


def outcome(value: str) -> str:
    """Return how a request ended."""
    return next((words for each, words in OUTCOME_WORDS.items() if each == value), value)


def said(value: str) -> str:
    """Return what people said."""
    return next((words for each, words in SAID_WORDS.items() if each == value), value)


def status(value: str) -> str:
    """Return a status with what it means."""
    if not value.isdigit():
        return value
    number = int(value)
    known = number in HTTPStatus.__members__.values()
    meaning = _STATUS_WORDS.get(number) or (HTTPStatus(number).phrase.lower() if known else "")
    return f"{number} {meaning}".strip()


def reason(value: str) -> str:
    """Return a reason's words."""
    return word_for(value, _USUAL_REASONS)


def version(value: str) -> str:
    """Return a version's name."""
    return f"Version {value}"


def plain(value: str) -> str:
    """Return what is a name already."""
    return value


def outcome_of(row: LogRow) -> Outcome:
    """Return how a request of the list ended."""
    if row.status == CALLER_LEFT:
        return Outcome.LEFT
    return Outcome.FAILED if row.status >= HTTPStatus.BAD_REQUEST else Outcome.ANSWERED


def said_of(row: LogRow) -> str:
    """Return what people said of one answer, in a few words."""
    parts = [f"{row.up} right"] if row.up else []
    parts += [f"{row.down} wrong"] if row.down else []
    parts += [counted(row.comments, "comment")] if row.comments else []
    return ", ".join(parts)


def milliseconds(count: float) -> str:
    """Return how long something took, as one would say it."""
    return f"{count:,.0f} ms" if count < 1000 else f"{count / 1000:,.1f} s"


def time_range(query: LogQuery) -> str:
    """Return which time is looked at."""
    if query.since and query.until:
        return f"{_moment(query.since)} to {_moment(query.until)}"
    if query.since:
        return f"Since {_moment(query.since)}"
    span = SPAN_WORDS[query.span if query.span in SPANS else USUAL_SPAN]
    return f"{span} before {_moment(query.until)}" if query.until else span


def nothing_found(query: LogQuery) -> tuple[str, str]:
    """Return what is said where there is no request, and what to do about it."""
    time = f"Time: {time_range(query)}."
    if replace(query, span=USUAL_SPAN, since=None, until=None) == LogQuery(query.endpoint):
        return "Nothing was asked in this time", f"{time} Look at a longer time, or another chain."
    return "No request is like this", f"{time} Look at a longer time, or take filters off."


def clock(moment: datetime) -> str:
    """Return the time of day, to the second, where the viewer is."""
    return f"{moment.astimezone(times.zone()):%H:%M:%S}"


def counted(count: int, thing: str) -> str:
    """Return "1 request" or "1,204 requests"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _moment(moment: datetime) -> str:
    return times.short(moment)
