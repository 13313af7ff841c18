"""A trace of 33,000 steps, as an agent leaves one that went on for an hour; one has 20 MB."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

from benchmarks.recorded_trace import encoded
from local_workspace.trace_import.recorded import RecordedTrace
from local_workspace.trace_import.sql_destination import SqlDestination

SPANS, FEW_SPANS = 33_000, 2_000
LARGE_BYTES, FEW_BYTES = 20_000_000, 1_000_000
_PER_ROUND = 100
_STEP_NS = 100_000_000
_KINDS = ("TOOL", "RETRIEVER", "CHAT_MODEL", "PARSER")
# The first step of the second round.
LARGE = _PER_ROUND + 2
LARGE_NAME = "look everything up"
_LINE = "A gamma-ray burst is a flash of gamma rays from a galaxy far away.\n"


class NotImported(Exception):
    """MLflow's store did not take the trace; the text says why."""


def import_long_trace(database: Path, model: str, version: str, spans: int, large: int) -> str:
    """Write the trace into a server's database; returns its id."""
    trace_id = f"tr-{uuid.uuid4().hex}"
    trace = json.dumps(_trace(trace_id, spans, large))
    recorded = RecordedTrace(
        trace_id, trace, str(uuid.uuid4()), model_name=model, model_version=version
    )
    (refusal,) = SqlDestination(database).import_traces([recorded])
    if refusal:
        raise NotImported(refusal)
    return trace_id


def span_id(number: int) -> str:
    """Return the id of the step of this number, from 0 on."""
    return f"{number + 1:016x}"


def _trace(trace_id: str, spans: int, large: int) -> dict[str, Any]:
    began = time.time_ns() - spans * _STEP_NS
    when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began / 1e9))
    info = {
        "trace_id": trace_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {}},
        "request_time": f"{when}.000Z",
        "state": "OK",
        "trace_metadata": {"mlflow.trace_schema.version": "3"},
        "request_preview": "Look everything up.",
        "response_preview": "Done.",
        "execution_duration_ms": spans * _STEP_NS // 1_000_000,
    }
    steps = [_span(trace_id, number, began, spans, large) for number in range(spans)]
    return {"info": info, "data": {"spans": steps}}


def _span(trace_id: str, number: int, began: int, spans: int, large: int) -> dict[str, Any]:
    # The root, then rounds below it, each of which has steps below it.
    is_round = number % _PER_ROUND == 1
    above = 0 if is_round else (number - 2) // _PER_ROUND * _PER_ROUND + 1
    after = {0: spans}.get(number, number + (_PER_ROUND if is_round else 1))
    kind = "AGENT" if is_round or not number else _KINDS[number % len(_KINDS)]
    said = _LINE * (large // len(_LINE)) if number == LARGE else f"{_LINE}{number}"
    return {
        "trace_id": encoded(trace_id.removeprefix("tr-")),
        "span_id": encoded(span_id(number)),
        "parent_span_id": encoded(span_id(above)) if number else None,
        "name": LARGE_NAME if number == LARGE else f"{kind.lower()} {number}",
        "start_time_unix_nano": began + number * _STEP_NS,
        "end_time_unix_nano": began + min(after, spans) * _STEP_NS,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {
            "mlflow.traceRequestId": json.dumps(trace_id),
            "mlflow.spanType": json.dumps(kind),
            "mlflow.spanInputs": json.dumps({"number": number}),
            "mlflow.spanOutputs": json.dumps({"content": said}),
        },
    }
