"""Spans for tests, as we have them and as MLflow writes them."""

import base64
import json

from backend.traces.record import Source, SpanState, TraceHead, TraceSpan

TRACE_ID = "tr-" + "0" * 31 + "7"
HEAD = TraceHead(TRACE_ID, Source.MLFLOW)
INFO = {
    "trace_id": TRACE_ID,
    "client_request_id": "req-7",
    "trace_location": {"mlflow_experiment": {"experiment_id": "3"}},
    "request_time": "2026-03-03T12:00:00.5Z",
    "state": "OK",
    "trace_metadata": {"mlflow.trace.session": "talk", "mlflow.trace.user": "rita@example.com"},
    "tags": {"reviewapp.endpoint": "chain", "reviewapp.model_version": "2"},
}


def span(name, parent="", start=0, end=10, **more):
    """Return a span whose id is its name."""
    return TraceSpan(name, parent, name, more.pop("kind", "CHAIN"), start, end, **more)


def failed(name, parent="", start=0, end=10):
    """Return one that failed."""
    return span(name, parent, start, end, state=SpanState.ERROR)


def document(number, parent=None, **attributes):
    """Return a span as MLflow 3 writes it."""
    return {
        "trace_id": "AAAAAAAAAAAAAAAAAAAABw==",
        "span_id": _written(number),
        "parent_span_id": None if parent is None else _written(parent),
        "name": f"step {number}",
        "start_time_unix_nano": number * 1000,
        "end_time_unix_nano": number * 1000 + 500,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {
            "mlflow.traceRequestId": json.dumps(TRACE_ID),
            "mlflow.spanType": '"LLM"',
            "mlflow.spanInputs": json.dumps({"question": f"What is {number}?"}),
            "mlflow.spanOutputs": json.dumps(f"It is {number}."),
            **{name: json.dumps(value) for name, value in attributes.items()},
        },
    }


def span_id(number):
    """Return the id of such a span as people see it."""
    return f"{number:016x}"


def _written(number):
    return base64.b64encode(number.to_bytes(8)).decode()
