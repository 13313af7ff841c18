"""What is imported is, row by row, what MLflow's own clients would have written."""

import sqlite3
from contextlib import closing

import pytest
from mlflow.entities import AssessmentSource, Feedback, Trace
from mlflow.entities.trace_location import TraceLocation
from mlflow.store.tracking.rest_store import RestStore
from mlflow.utils.credentials import get_default_host_creds

from tests.local_workspace.trace_export.recorded_traces import (
    judge,
    record,
    request_record,
    span_id,
    thumb,
    trace_id,
    trace_json,
    verdict,
)

_ASSESSMENT = (
    "name, assessment_type, value, source_type, source_id, span_id, rationale, valid, "
    "overrides IS NULL, experiment_id, trace_timestamp_ms, aggregate_value, is_numeric_value, "
    "created_timestamp, last_updated_timestamp, run_id, error"
)
_SPAN = (
    "span_id, parent_span_id, name, type, status, start_time_unix_nano, end_time_unix_nano, "
    "input_cost, output_cost, total_cost, model_name, model_provider"
)
_INFO = (
    "execution_time_ms, status, request_preview, response_preview, trace_name, session_id, "
    "input_tokens, output_tokens, total_tokens, input_cost, output_cost, total_cost"
)


@pytest.fixture
def rows(settings):
    """Return columns of one trace's rows in a table."""

    def read(number: int, table: str, columns: str) -> list[tuple]:
        key = "trace_id" if table in ("spans", "assessments") else "request_id"
        query = f"SELECT {columns} FROM {table} WHERE {key} = ? ORDER BY 1"
        with closing(sqlite3.connect(settings.mlflow_dir / "mlflow.db")) as connection:
            return connection.execute(query, (trace_id(number),)).fetchall()

    return read


@pytest.fixture
def store(mlflow, client):
    """What MLflow's clients send traces with."""
    return RestStore(lambda: get_default_host_creds(mlflow.base_url))


def _keys(rows: list[tuple]) -> set[str]:
    return {key for (key,) in rows}


def test_imported_trace_has_the_rows_of_a_logged_one(
    spool, exporting, store, rows, waiting, wait_for
):
    """Columns of tokens, cost and session, spans, and the keys of tags and metadata."""
    record(spool, request_record(4000, conversation_id="c"))
    logged = Trace.from_json(trace_json(4001))
    logged.info.trace_metadata |= {"mlflow.trace.session": "c"}
    logged.info.tags["mlflow.traceName"] = "chain"
    logged.info.trace_location = _location(store)
    for span in logged.data.spans:
        store.log_spans(logged.info.experiment_id, [span])
    store.start_trace(logged.info)
    wait_for(lambda: waiting.is_over)

    assert rows(4000, "trace_info", _INFO) == rows(4001, "trace_info", _INFO)
    assert len(rows(4000, "spans", _SPAN)) == 4
    theirs = [row[:5] + row[7:] for row in rows(4001, "spans", _SPAN)]
    assert [row[:5] + row[7:] for row in rows(4000, "spans", _SPAN)] == theirs
    ours, others = (_keys(rows(number, "trace_tags", "key")) for number in (4000, 4001))
    assert others <= ours
    assert {key for key in ours - others if not key.startswith("reviewapp.")} == set()
    ours, others = (_keys(rows(number, "trace_request_metadata", "key")) for number in (4000, 4001))
    assert others <= ours
    assert rows(4000, "trace_info", "input_cost")[0][0] > 0, "there are prices without the internet"


def test_imported_assessment_has_the_row_of_a_logged_one(
    spool, exporting, store, rows, waiting, wait_for
):
    """Also the columns MLflow keeps for its own charts, and those of an overridden one."""
    record(spool, request_record(4010), request_record(4011))
    wait_for(lambda: waiting.is_over)
    first = verdict(4010, position=0, ratings=thumb("positive", rationale="yes"))
    second = verdict(4010, 1, position=0, ratings=thumb("negative", rationale="no"))
    judge(spool, first, second)
    before = None
    for said, value, why in ((first, "positive", "yes"), (second, "negative", "no")):
        feedback = Feedback(
            name="answer_correct",
            value=value,
            rationale=why,
            source=AssessmentSource("HUMAN", "bea@example.com"),
            trace_id=trace_id(4011),
            span_id=span_id(1),
            create_time_ms=said.timestamp // 1000,
            last_update_time_ms=said.timestamp // 1000,
            overrides=before,
        )
        before = store.create_assessment(feedback).assessment_id
    wait_for(lambda: waiting.is_over)
    columns = _ASSESSMENT.removeprefix("name, ") + ", name"
    ours = sorted(rows(4010, "assessments", columns), key=str)

    assert ours == sorted(rows(4011, "assessments", columns), key=str)


def _location(store):
    return TraceLocation.from_experiment_id(store.create_experiment("logged", None, []))
