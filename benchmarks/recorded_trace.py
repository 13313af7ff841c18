"""A recorded request whose trace has four spans and 12 KB, as a small chain makes it."""

import base64
import json
import uuid

from local_workspace.inference_tables.records import Assessment, RequestRecord

TABLE_SET = "main.benchmarks.trace_import"
_TEXT = "A gamma-ray burst is a flash of gamma rays from a galaxy far away. " * 40
_SPANS = (
    ("chain", "CHAIN"),
    ("retrieve", "RETRIEVER"),
    ("model", "CHAT_MODEL"),
    ("parse", "PARSER"),
)
_START = 1_795_000_000_000_000_000


def request_record() -> RequestRecord:
    """Return one that is unlike any other."""
    trace_id = f"tr-{uuid.uuid4().hex}"
    request_id = str(uuid.uuid4())
    return RequestRecord(
        table_set=TABLE_SET,
        request_id=request_id,
        request_time=_START // 1000,
        status_code=200,
        duration_ms=5,
        requester="reviewer@example.com",
        endpoint="trace_import",
        conversation_id=request_id,
        model_name="main.benchmarks.recorded",
        model_version="1",
        trace=_trace(trace_id, request_id),
        trace_id=trace_id,
    )


def thumb(record: RequestRecord) -> Assessment:
    """Return a verdict on its answer."""
    rating = {"value": "positive", "double_value": None, "rationale": None}
    return Assessment(
        record.request_id,
        "human",
        record.requester,
        _START // 1000,
        text={"ratings": {"answer_correct": rating}, "free_text_comment": "Yes."},
    )


def _trace(trace_id: str, request_id: str) -> str:
    usage = json.dumps({"input_tokens": 10, "output_tokens": 20, "total_tokens": 30})
    info = {
        "trace_id": trace_id,
        "client_request_id": request_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {}},
        "request_time": "2026-11-18T11:06:40.000Z",
        "state": "OK",
        "trace_metadata": {
            "mlflow.trace_schema.version": "3",
            "mlflow.trace.tokenUsage": usage,
            "mlflow.modelId": "m-benchmark",
        },
        "request_preview": _TEXT[:900],
        "response_preview": "It is far away.",
        "execution_duration_ms": 5,
    }
    spans = [_span(trace_id, place, *named, usage) for place, named in enumerate(_SPANS)]
    return json.dumps({"info": info, "data": {"spans": spans}})


def _span(trace_id: str, place: int, name: str, kind: str, usage: str) -> dict[str, object]:
    attributes = {
        "mlflow.traceRequestId": json.dumps(trace_id),
        "mlflow.spanType": json.dumps(kind),
        "mlflow.spanInputs": json.dumps({"messages": [{"role": "user", "content": _TEXT[:200]}]}),
        "mlflow.spanOutputs": json.dumps({"content": _TEXT}),
    }
    if kind == "CHAT_MODEL":
        model = {"mlflow.llm.model": '"gpt-4o-mini"', "mlflow.llm.provider": '"openai"'}
        attributes |= model | {"mlflow.chat.tokenUsage": usage}
    return {
        "trace_id": encoded(trace_id.removeprefix("tr-")),
        "span_id": encoded(f"{place + 1:016x}"),
        "parent_span_id": encoded(f"{1:016x}") if place else None,
        "name": name,
        "start_time_unix_nano": _START + place,
        "end_time_unix_nano": _START + 5_000_000,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": attributes,
    }


def encoded(hexadecimal: str) -> str:
    """Return the bytes of an id as the wire has them."""
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
