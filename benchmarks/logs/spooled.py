"""Recorded requests as a workspace that runs has them a moment after they were answered.

They wait in the spool, from where the workspace takes them into Delta and into MLflow.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.logs import bodies
from benchmarks.logs.generator import Log
from benchmarks.logs.turns import Turn
from local_workspace.inference_tables.records import Assessment, RequestRecord
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.spool_rows import insert_assessments, insert_request


def put_on_record(spool: Path, log: Log, first: int) -> None:
    """Write the newest requests, from this number on, with what was said of them."""
    with closing(open_spool(spool)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for turn in log.turns(first, log.month.rows):
            insert_request(connection, _record(log, turn))
            insert_assessments(connection, log.tables.name, _assessments(log, turn))
        connection.execute("COMMIT")


def make_known(spool: Path, log: Log, below: int) -> None:
    """Let verdicts find the requests below this number; nothing of them is for MLflow."""
    with closing(open_spool(spool)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        _insert_known(connection, log, below)
        connection.execute("COMMIT")


def _insert_known(connection: sqlite3.Connection, log: Log, below: int) -> None:
    connection.executemany(
        "INSERT INTO known_requests VALUES (?, ?, ?, ?, NULL)",
        (
            (turn.request_id, log.tables.name, turn.micros, turn.requester)
            for turn in log.turns(0, below)
        ),
    )


def _record(log: Log, turn: Turn) -> RequestRecord:
    return RequestRecord(
        table_set=log.tables.name,
        request_id=turn.request_id,
        request_time=turn.micros,
        status_code=turn.status,
        duration_ms=turn.latency_ms,
        requester=turn.requester,
        endpoint=log.endpoint,
        request=bodies.request_body(turn),
        response=bodies.response_body(turn),
        client_request_id=turn.client_request_id,
        conversation_id=turn.conversation_id,
        served_entity_id=f"{log.endpoint}-{turn.version}",
        model_name=log.model,
        model_version=turn.version,
        trace=bodies.trace(turn, log.endpoint, log.model) if turn.is_traced else None,
        trace_id=turn.trace_id if turn.is_traced else None,
    )


def _assessments(log: Log, turn: Turn) -> Iterator[Assessment]:
    for row in log.verdicts(turn):
        yield Assessment(
            turn.request_id,
            row["source"]["type"],
            row["source"]["id"],
            round(row["timestamp"].timestamp() * 1e6),
            step_id=row["step_id"],
            text=_judgement(row["text_assessment"]),
            retrieval=_judgement(row["retrieval_assessment"]),
        )


def _judgement(judgement: dict[str, Any] | None) -> dict[str, Any] | None:
    return judgement and judgement | {"ratings": dict(judgement["ratings"])}
