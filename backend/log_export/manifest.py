"""What a file is: which requests were asked for, how they were read, and whether it is whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.log_export.columns import columns, time_of
from backend.log_export.reading import Reading, Recorded
from backend.log_export.record import Export, Kind
from backend.request_logs.query import LogQuery, Outcome, Said

_SAID = {
    Said.UP: "called right",
    Said.DOWN: "called wrong",
    Said.UNKNOWN: "judged “don't know”",
    Said.NOTHING: "not judged",
    Said.ANYTHING: "judged",
}
_ENDED = {
    Outcome.ANSWERED: "answered",
    Outcome.FAILED: "failed",
    Outcome.LEFT: "left by the caller",
}
_RECORD = {
    "inputs": "What the chain is called with.",
    "outputs": "What it answered.",
    "expectations": "What people say the answer should have been.",
    "tags": "The request, its endpoint and the version that answered.",
}


@dataclass
class Tally:
    """What has passed so far."""

    requests: int = 0
    judged: int = 0
    verdicts: int = 0
    first: str | None = None
    last: str | None = None

    def add(self, page: Iterable[Recorded]) -> None:
        """Count a page."""
        for each in page:
            self.requests += 1
            self.judged += bool(each.verdicts)
            self.verdicts += len(each.verdicts)
            self.last = time_of(each)
            self.first = self.first or self.last


def manifest(
    export: Export, reading: Reading, tally: Tally, sha256: str, length: int
) -> dict[str, Any]:
    """Return it; there is none of a file that was broken off."""
    wanted = export.wanted
    query = reading.query
    return {
        "complete": True,
        "file": wanted.kind.file_name,
        "sha256": sha256,
        "bytes": length,
        "endpoint": query.endpoint,
        "by": export.by,
        "begun_at": export.made_at.isoformat(),
        "finished_at": datetime.now(UTC).isoformat(),
        "filter": {"in_words": in_words(query), "address": query.parameters()},
        "sql": {
            "statement": reading.statement,
            "parameters": dict(reading.parameters),
            "pages": "Each page continues after the time and the id of the last request before.",
        },
        "counts": {
            "requests": tally.requests,
            "judged": tally.judged,
            "verdicts": tally.verdicts,
            "without_their_bodies": reading.shortened,
        },
        "time": {"first": tally.first, "last": tally.last},
        "columns": _columns(wanted.kind, wanted.with_bodies),
        "notes": _notes(wanted.kind, reading),
    }


def in_words(query: LogQuery, time: str = "") -> str:
    """Return the filter as one would say it; the time to the microsecond, or in these words."""
    since, until = query.moments()
    exactly = f"from {since.isoformat()} to {until.isoformat() if until else 'now'}"
    said = [f"Requests to {query.endpoint}"]
    if not query.names_requests:
        said.append(time[:1].lower() + time[1:] or exactly)
    texts: Mapping[str, object] = {
        "version {}": query.version,
        "{}": _ENDED[query.outcome] if query.outcome else "",
        "status {}": query.status,
        "error {}": query.error_code,
        "{} ms or slower": query.min_ms,
        "{} ms or faster": query.max_ms,
        "asked by {}": query.requester,
        "conversation {}": query.conversation,
        "{0}": _SAID[query.said] if query.said else "",
        "judged by {}": query.said_by,
        "with a comment{}": " " if query.with_comment else "",
        "for the reason {}": " or ".join(query.reasons),
        "with “{}” in the question or the answer": query.text,
        "with the id {}": query.request,
        "of which {} were picked": len(query.requests) or "",
        "trials, tests and replays included{}": " " if query.with_own else "",
    }
    said += [text.format(value).strip() for text, value in texts.items() if value not in (None, "")]
    return ", ".join(said) + "."


def _columns(kind: Kind, with_bodies: bool) -> dict[str, str]:
    if kind is Kind.DATASET:
        return _RECORD
    return {column.name: column.meaning for column in columns(with_bodies)}


def _notes(kind: Kind, reading: Reading) -> list[str]:
    notes = []
    if kind is Kind.CSV:
        notes.append(
            "What a spreadsheet would take for a formula begins with an apostrophe; a null byte is "
            "written as ␀."
        )
    if reading.tables.assessments is None:
        notes.append("What people said of the answers is not in the tables of this endpoint.")
    if reading.shortened:
        notes.append(
            "Some requests are larger than the warehouse hands out at once. Their bodies are left "
            "out, and of their texts there is the beginning."
        )
    return notes
