"""Which statements of the history are asked for, checked parameter by parameter."""

from collections.abc import Mapping
from dataclasses import dataclass

from local_workspace.errors import InvalidParameter

# A parameter may come more than once.
Given = Mapping[str, list[str]]
_USUAL, _MOST = 100, 1000
_STATUSES = {
    *("QUEUED", "RUNNING", "CANCELED", "FAILED", "FINISHED"),
    *("STARTED", "COMPILING", "COMPILED"),
}


@dataclass(frozen=True)
class HistoryRequest:
    """The filters of Databricks' list of queries; what is empty does not matter."""

    most: int = _USUAL
    # Only what was submitted before the statement of this number.
    before: int | None = None
    user_ids: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    statement_ids: frozenset[str] = frozenset()
    warehouse_ids: frozenset[str] = frozenset()
    since_ms: int | None = None
    until_ms: int | None = None
    with_metrics: bool = False


def history_request(given: Given) -> HistoryRequest:
    """Read the query of an address; the parts of the filter come with dots."""
    most = _number(given, "max_results")
    if most is not None and not 1 <= most <= _MOST:
        raise InvalidParameter(f"max_results must be between 1 and {_MOST}.")
    statuses = _several(given, "statuses")
    if unknown := statuses - _STATUSES:
        raise InvalidParameter(f"filter_by.statuses: there is no {sorted(unknown)[0]!r}.")
    span = "filter_by.query_start_time_range"
    return HistoryRequest(
        most=most or _USUAL,
        before=_number(given, "page_token"),
        user_ids=_several(given, "user_ids"),
        statuses=statuses,
        statement_ids=_several(given, "statement_ids"),
        warehouse_ids=_several(given, "warehouse_ids"),
        since_ms=_number(given, f"{span}.start_time_ms"),
        until_ms=_number(given, f"{span}.end_time_ms"),
        with_metrics=_first(given, "include_metrics").lower() == "true",
    )


def _several(given: Given, name: str) -> frozenset[str]:
    return frozenset(given.get(f"filter_by.{name}", ()))


def _first(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "")


def _number(given: Given, name: str) -> int | None:
    text = _first(given, name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise InvalidParameter(f"{name} must be a number.")
    return int(text)
