"""Reads verdicts from an endpoint's assessment log by SQL."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.feedback.recorded_statements import ANSWER, Place, Statement
from backend.feedback.verdicts import COMMENT, CORRECTED, CustomAnswer, Rating
from backend.tables import sql

HUMAN_TYPES = ("human", "expert", "end_user")
IDS_PER_STATEMENT = 200
_COLUMNS = (
    "request_id, source.id AS source_id, source.type AS source_type, `timestamp`, "
    "text_assessment, retrieval_assessment"
)


@dataclass(frozen=True)
class AssessmentLog:
    """Where the verdicts on one endpoint's answers are."""

    catalog: str
    schema: str
    prefix: str

    @property
    def table(self) -> str:
        """Return its name as it is written in a statement."""
        return sql.quoted(self.catalog, self.schema, f"{self.prefix}_payload_assessment_logs")

    @property
    def requests(self) -> str:
        """Return the name of the request log beside it, as it is written in a statement."""
        return sql.quoted(self.catalog, self.schema, f"{self.prefix}_payload_request_logs")


def assessment_log(endpoint: ServingEndpointDetailed) -> AssessmentLog | None:
    """Return the endpoint's log, or None if it has no inference tables."""
    gateway = endpoint.ai_gateway.inference_table_config if endpoint.ai_gateway else None
    older = endpoint.config.auto_capture_config if endpoint.config else None
    for config in (gateway, older):
        if config and config.enabled is not False and config.catalog_name and config.schema_name:
            return AssessmentLog(
                config.catalog_name, config.schema_name, config.table_name_prefix or ""
            )
    return None


def read(
    workspace: WorkspaceClient,
    log: AssessmentLog,
    request_ids: Sequence[str],
    reviewer: str | None,
) -> list[Statement]:
    """Return what people said of these requests; only this reviewer, if one is named."""
    return read_from(workspace, log.table, request_ids, reviewer)


def read_from(
    workspace: WorkspaceClient, table: str, request_ids: Sequence[str], reviewer: str | None
) -> list[Statement]:
    """Do so from a table by its name as it is written in a statement."""
    starts = range(0, len(request_ids), IDS_PER_STATEMENT)
    return [
        statement
        for ids in (request_ids[start : start + IDS_PER_STATEMENT] for start in starts)
        for row in sql.rows(workspace, *_query(table, ids, reviewer))
        for statement in _statement(row)
    ]


def read_of(
    table: str,
    found_by: str,
    parameters: Mapping[str, str],
    ask: Callable[[str, Mapping[str, str]], list[sql.Row]],
) -> list[Statement]:
    """Return what people said of the requests whose ids a query finds, of however many.

    Whoever calls asks, and knows how long there is time for that.
    """
    statement = f"SELECT {_COLUMNS} FROM {table} WHERE request_id IN ({found_by})"
    rows = ask(f"{statement} ORDER BY `timestamp`", parameters)
    return [said for row in rows for said in _statement(row)]


def _query(
    table: str, request_ids: Sequence[str], reviewer: str | None
) -> tuple[str, dict[str, str]]:
    parameters = {f"request_{place}": value for place, value in enumerate(request_ids)}
    markers = ", ".join(f":{name}" for name in parameters)
    condition = f"request_id IN ({markers})"
    if reviewer is not None:
        condition += " AND source.id = :reviewer"
        parameters["reviewer"] = reviewer
    return (
        f"SELECT {_COLUMNS} FROM {table} WHERE {condition} ORDER BY `timestamp`",
        parameters,
    )


def _statement(row: Mapping[str, str | None]) -> Iterator[Statement]:
    """Yield what a row says; a judge is no reviewer."""
    if (row["source_type"] or "").lower() not in HUMAN_TYPES:
        return
    text, retrieval = _struct(row["text_assessment"]), _struct(row["retrieval_assessment"])
    judgement = text or retrieval
    if judgement is None or not row["request_id"] or not row["timestamp"]:
        return
    place = ANSWER if text else Place(judgement.get("step_id"), _position(judgement))
    yield Statement(
        row["request_id"],
        row["source_id"] or "",
        _milliseconds(row["timestamp"]),
        place,
        _said(judgement),
        is_whole=True,
    )


def _said(judgement: Mapping[str, Any]) -> dict[str, Rating]:
    ratings: Mapping[str, Any] = judgement.get("ratings") or {}
    said = {
        name: Rating(_value(rating), rating.get("rationale")) for name, rating in ratings.items()
    }
    if comment := judgement.get("free_text_comment"):
        said[COMMENT] = Rating(comment)
    if corrected := judgement.get("suggested_output"):
        said[CORRECTED] = Rating(corrected)
    return said


def _value(rating: Mapping[str, Any]) -> CustomAnswer | None:
    """Return what was meant: the log keeps numbers and yes or no as text beside a number."""
    text, number = rating.get("value"), rating.get("double_value")
    if number is None:
        return text
    if text in ("true", "false"):
        return bool(text == "true")
    meant = float(number)
    return int(meant) if meant.is_integer() else meant


def _struct(cell: str | None) -> dict[str, Any] | None:
    """Return a cell of a struct, which is text of JSON."""
    return json.loads(cell) if cell else None


def _position(judgement: Mapping[str, Any]) -> int | None:
    position = judgement.get("position")
    return int(position) if position is not None else None


def _milliseconds(cell: str) -> int:
    # Without a zone the workspace means its own, which is UTC.
    moment = datetime.fromisoformat(cell)
    if moment.tzinfo is None:
        moment = datetime.fromisoformat(f"{cell}+00:00")
    seconds, microseconds = int(moment.timestamp()), moment.microsecond
    return seconds * 1000 + microseconds // 1000
