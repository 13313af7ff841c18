"""MLflow's filter for traces, taken apart and put together again; asks nobody.

What a page has a control for is read out of the text and written back into it. Comparisons there is
no control for stay in it as they are. What cannot be taken apart at all is MLflow's to judge.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from backend.errors import Refused
from backend.feedback.verdicts import THUMB, Thumb

SESSION = "mlflow.trace.session"
USER = "mlflow.trace.user"
VERSION_TAG = "reviewapp.model_version"
LONGEST_VALUE = 500

_CLAUSE = re.compile(
    r"""\s*(?:(?P<entity>[A-Za-z_]+)\.)?(?P<key>`[^`]+`|"[^"]+"|[\w.-]+)\s*
    (?P<sign>!=|>=|<=|=|<|>|NOT\s+IN\b|IN\b|I?LIKE\b|RLIKE\b|IS\s+NOT\s+NULL\b|IS\s+NULL\b)
    (?:\s*(?P<value>'[^'\\]*'|"[^"\\]*"|-?\d+(?:\.\d+)?|\((?:'[^'\\]*'|"[^"\\]*"|[\s,])*\)))?""",
    re.IGNORECASE | re.VERBOSE,
)
_AND = re.compile(r"\s+AND\s+(?=\S)", re.IGNORECASE)
_END = re.compile(r"\s*\Z")
_SIMPLE_KEY = re.compile(r"[A-Za-z_]\w*\Z")
_ENTITIES = {
    "": "attribute",
    "trace": "attribute",
    "attributes": "attribute",
    "tags": "tag",
    "request_metadata": "metadata",
}
_ALIASES = {"timestamp": "timestamp_ms", "execution_time": "execution_time_ms"}
# Spans are kept as JSON within JSON, where quotes, backslashes and breaks are written otherwise.
_WRITTEN_OTHERWISE = re.compile(r"""["\\\x00-\x1f\x7f-\x9f]+""")
# What MLflow takes for a trace's own, also where it is said to be a tag.
_OWN = frozenset(["name", "prompt", "run_id", "text", "timestamp", "execution_time", "end_time"])
_IN_SPANS = ("content", "attributes.")
# In what cannot be taken apart: all that stands in quotes, and from when on.
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_BEGINNING = re.compile(r"\btimestamp(?:_ms)?\s*>", re.IGNORECASE)


class State(StrEnum):
    """How a trace ended, as MLflow names it."""

    OK = "OK"
    ERROR = "ERROR"
    IN_PROGRESS = "IN_PROGRESS"


class Judged(StrEnum):
    """What people said of the answer."""

    UP = "up"
    DOWN = "down"
    NOTHING = "none"
    ANYTHING = "any"


@dataclass(frozen=True)
class Clause:
    """One comparison of a filter."""

    entity: str
    key: str
    sign: str
    # As it is written, in its quotes; empty where nothing is compared.
    value: str
    # All of it as it stood.
    text: str

    @property
    def plain(self) -> str:
        """Return the value without its quotes."""
        return self.value[1:-1] if self.value[:1] in ("'", '"') else self.value


@dataclass(frozen=True)
class TraceFilter:
    """What the controls say; what they have no word for is in `rest`."""

    session: str = ""
    user: str = ""
    version: str = ""
    tag: str = ""
    tag_value: str = ""
    state: State | None = None
    name: str = ""
    # In the inputs or outputs of any span, regardless of upper and lower case.
    text: str = ""
    min_ms: int | None = None
    max_ms: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    judged: Judged | None = None
    rest: tuple[str, ...] = ()

    @property
    def is_bounded(self) -> bool:
        """Tell whether it says itself from when on."""
        return self.since is not None or any(
            (clause.entity, clause.key) == ("attribute", "timestamp_ms") and ">" in clause.sign
            for clause in self._others
        )

    @property
    def searches_text(self) -> bool:
        """Tell whether spans are looked through, which takes time for each of them."""
        return bool(self.text) or any(
            each.key == "text" or (each.entity == "span" and each.key.startswith(_IN_SPANS))
            for each in self._others
        )

    @property
    def _others(self) -> list[Clause]:
        return [clause for text in self.rest for clause in clauses(text) or []]


def read(text: str) -> TraceFilter | None:
    """Return what a filter says; None if it is not comparisons that AND joins."""
    found = clauses(text)
    if found is None:
        return None
    known = TraceFilter()
    for clause in found:
        known = _with(known, clause) or replace(known, rest=(*known.rest, clause.text))
    return known


def written(wanted: TraceFilter) -> str:
    """Return the filter; raise a `Refused` if a value cannot be put into one."""
    return " AND ".join([*_written(wanted), *wanted.rest])


def clauses(text: str) -> list[Clause] | None:
    """Take a filter apart; None if it is not comparisons that AND joins."""
    found: list[Clause] = []
    place = 0
    while not _END.match(text, place):
        match = _CLAUSE.match(text, place)
        clause = _clause(match) if match else None
        if match is None or clause is None:
            return None
        found.append(clause)
        joined = _AND.match(text, match.end())
        if joined is None:
            return found if _END.match(text, match.end()) else None
        place = joined.end()
    return found


def names_a_beginning(text: str) -> bool:
    """Tell whether a filter that cannot be taken apart says from when on."""
    return bool(_BEGINNING.search(_QUOTED.sub("''", text)))


def equals(entity: str, key: str, value: str) -> str:
    """Return a comparison; raise a `Refused` if MLflow's filters cannot hold the value."""
    quote = next((each for each in ("'", '"') if each not in value), None)
    is_writable = value.isprintable() and "\\" not in value and len(value) <= LONGEST_VALUE
    if quote is None or not is_writable or "`" in key or not key.isprintable():
        raise Refused(
            "MLflow's filters cannot hold this text: it has both kinds of quotes, a backslash or "
            "something invisible in it, or it is too long."
        )
    if entity == "tag" and key.lower() in _OWN:
        raise Refused(f"MLflow's filters take a tag that is called {key} for something else.")
    name = key if _SIMPLE_KEY.match(key) else f"`{key}`"
    return f"{entity}.{name} = {quote}{value}{quote}"


def _clause(match: re.Match[str]) -> Clause | None:
    sign = " ".join(match["sign"].upper().split())
    value = match["value"] or ""
    if sign.endswith("NULL") == bool(value):
        return None
    entity = (match["entity"] or "").lower()
    entity = _ENTITIES.get(entity, entity)
    key = match["key"].strip('`"')
    if entity == "attribute":
        key = _ALIASES.get(key, key)
    return Clause(entity, key, sign, value, match[0].strip())


def _with(known: TraceFilter, clause: Clause) -> TraceFilter | None:
    """Return the filter with what a comparison says; None if there is no control for that."""
    field, value = _said(clause)
    if field and value and getattr(known, field) in ("", None):
        changed: dict[str, Any] = {field: value}
        return replace(known, **changed)
    if clause.entity == "tag" and clause.sign == "=" and not field and not known.tag:
        return replace(known, tag=clause.key, tag_value=clause.plain) if clause.plain else None
    return None


def _said(clause: Clause) -> tuple[str, object]:
    """Return which control a comparison belongs to and what it says there; None if nothing."""
    field, parsed = _READERS.get((clause.entity, clause.key, clause.sign), ("", _plain))
    return field, parsed(clause)


def _plain(clause: Clause) -> str:
    return clause.plain if clause.value[:1] in ("'", '"') else ""


def _part(clause: Clause) -> str:
    """Return what is looked for anywhere in a text."""
    pattern = _plain(clause)
    return pattern[1:-1] if len(pattern) > 2 and pattern[0] == pattern[-1] == "%" else ""


def _number(clause: Clause) -> int | None:
    return int(clause.value) if re.fullmatch(r"\d{1,9}", clause.value) else None


def _moment(clause: Clause) -> datetime | None:
    is_one = re.fullmatch(r"\d{1,14}", clause.value)
    return datetime.fromtimestamp(int(clause.value) / 1000, UTC) if is_one else None


def _state(clause: Clause) -> State | None:
    return next((state for state in State if state == clause.plain), None)


def _judged(clause: Clause) -> Judged | None:
    return _BY_THUMB.get(clause.plain)


_JUDGED = {
    Judged.UP: f"feedback.{THUMB} = '{Thumb.POSITIVE}'",
    Judged.DOWN: f"feedback.{THUMB} = '{Thumb.NEGATIVE}'",
    Judged.NOTHING: f"feedback.{THUMB} IS NULL",
    Judged.ANYTHING: f"feedback.{THUMB} IS NOT NULL",
}
_BY_THUMB = {Thumb.POSITIVE.value: Judged.UP, Thumb.NEGATIVE.value: Judged.DOWN}
_READERS: dict[tuple[str, str, str], tuple[str, Callable[[Clause], object]]] = {
    ("metadata", SESSION, "="): ("session", _plain),
    ("metadata", USER, "="): ("user", _plain),
    ("tag", VERSION_TAG, "="): ("version", _plain),
    ("attribute", "status", "="): ("state", _state),
    ("attribute", "name", "ILIKE"): ("name", _part),
    ("attribute", "text", "ILIKE"): ("text", _part),
    ("attribute", "execution_time_ms", ">="): ("min_ms", _number),
    ("attribute", "execution_time_ms", "<"): ("max_ms", _number),
    ("attribute", "timestamp_ms", ">="): ("since", _moment),
    ("attribute", "timestamp_ms", "<"): ("until", _moment),
    ("feedback", THUMB, "="): ("judged", _judged),
    ("feedback", THUMB, "IS NULL"): ("judged", lambda _: Judged.NOTHING),
    ("feedback", THUMB, "IS NOT NULL"): ("judged", lambda _: Judged.ANYTHING),
}


def _written(wanted: TraceFilter) -> Iterator[str]:
    exact = (
        ("metadata", SESSION, wanted.session),
        ("metadata", USER, wanted.user),
        ("tag", VERSION_TAG, wanted.version),
        ("tag", wanted.tag, wanted.tag_value if wanted.tag else ""),
        ("trace", "status", wanted.state or ""),
    )
    yield from (equals(entity, key, value) for entity, key, value in exact if value)
    if wanted.name:
        yield f"trace.name ILIKE {_pattern(wanted.name)}"
    yield from _numbers(wanted)
    if wanted.judged:
        yield _JUDGED[wanted.judged]
    if wanted.text:
        yield f"trace.text ILIKE {_pattern(wanted.text)}"


def _numbers(wanted: TraceFilter) -> Iterator[str]:
    for sign, number in ((">=", wanted.min_ms), ("<", wanted.max_ms)):
        if number is not None:
            yield f"trace.execution_time_ms {sign} {number:d}"
    for sign, moment in ((">=", wanted.since), ("<", wanted.until)):
        if moment:
            yield f"trace.timestamp_ms {sign} {milliseconds(moment):d}"


def milliseconds(moment: datetime) -> int:
    """Return a moment as MLflow's filters name it."""
    return round(moment.timestamp() * 1000)


def _pattern(text: str) -> str:
    """Return what finds a text anywhere; what spans write otherwise may be anything there."""
    plain = _WRITTEN_OTHERWISE.sub("%", text)
    plain = "".join(each if each.isprintable() else "%" for each in plain)
    quote = '"' if "'" in plain else "'"
    return f"{quote}%{plain}%{quote}"
