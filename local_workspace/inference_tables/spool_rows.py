"""How records become rows of the spool."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from local_workspace.inference_tables.records import Assessment, RequestRecord

URGENT = 1
_ERROR = 400

_INSERT_REQUEST = """
INSERT INTO requests (table_set, request_id, client_request_id, request_time, status_code,
    duration_ms, requester, endpoint, served_entity_id, model_name, model_version,
    experiment_id, conversation_id, is_feedback, error_codes, trace_id, request, response, trace)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_ASSESSMENT = """
INSERT INTO assessments (table_set, request_id, timestamp, source_type, source_id, source_tags,
    step_id, text, retrieval)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def insert_request(connection: sqlite3.Connection, record: RequestRecord) -> None:
    """Write a request, and what is to be done with its trace."""
    cursor = connection.execute(_INSERT_REQUEST, _request_values(record))
    if record.is_feedback:
        return
    connection.execute(
        "INSERT INTO known_requests VALUES (?, ?, ?, ?, ?)",
        (
            record.request_id,
            record.table_set,
            record.request_time,
            record.requester,
            record.trace_id,
        ),
    )
    if record.trace_id:
        urgency = URGENT if record.status_code >= _ERROR else 0
        connection.execute(
            "INSERT INTO pending_traces VALUES (?, ?, ?, ?, ?, ?)",
            (
                cursor.lastrowid,
                record.request_id,
                record.trace_id,
                urgency,
                record.conversation_id,
                record.requester,
            ),
        )


def insert_assessments(
    connection: sqlite3.Connection, table_set: str, assessments: Iterable[Assessment]
) -> None:
    """Write verdicts; the trace of what they judge goes to MLflow before others."""
    for assessment in assessments:
        values = _assessment_values(table_set, assessment)
        cursor = connection.execute(_INSERT_ASSESSMENT, values)
        connection.execute(
            "INSERT INTO pending_assessments SELECT ?, trace_id FROM known_requests "
            "WHERE request_id = ? AND trace_id IS NOT NULL",
            (cursor.lastrowid, assessment.request_id),
        )
        connection.execute(
            "UPDATE pending_traces SET urgency = max(urgency, ?) WHERE request_id = ?",
            (URGENT, assessment.request_id),
        )


def _request_values(record: RequestRecord) -> tuple[Any, ...]:
    return (
        record.table_set,
        record.request_id,
        record.client_request_id,
        record.request_time,
        record.status_code,
        record.duration_ms,
        record.requester,
        record.endpoint,
        record.served_entity_id,
        record.model_name,
        record.model_version,
        record.experiment_id,
        record.conversation_id,
        record.is_feedback,
        json.dumps(record.error_codes),
        record.trace_id,
        record.request,
        record.response,
        record.trace,
    )


def _assessment_values(table_set: str, assessment: Assessment) -> tuple[Any, ...]:
    return (
        table_set,
        assessment.request_id,
        assessment.timestamp,
        assessment.source_type,
        assessment.source_id,
        json.dumps(assessment.source_tags),
        assessment.step_id,
        json.dumps(assessment.text) if assessment.text is not None else None,
        json.dumps(assessment.retrieval) if assessment.retrieval is not None else None,
    )
