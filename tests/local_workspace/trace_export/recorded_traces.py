"""Traces as a model process writes them, made without one; also what records them in a spool."""

import base64
import json
from pathlib import Path
from typing import Any

from local_workspace.inference_tables.records import Assessment, RequestRecord
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.spool_rows import insert_assessments, insert_request

TABLE_SET = "main.rag.chain"
MODEL = "main.rag.chain"
_START = 1_795_000_000_000_000_000
_MILLISECOND = 1_000_000


def trace_id(number: int) -> str:
    """Return the id of the trace with this number."""
    return f"tr-{number + 1:032x}"


def request_id(number: int) -> str:
    """Return the id of the request with this number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def span_id(number: int) -> str:
    """Return the id MLflow gives the span with this number, of every trace."""
    return f"{number + 1:016x}"


def trace_json(number: int, text: str = "Where do the photons come from?") -> str:
    """Return a trace of four spans: a chain over a retriever, a model and a parser."""
    start = _START + number * 1000 * _MILLISECOND
    document = [{"page_content": text, "metadata": {"doc_uri": "handbook.md"}}]
    usage = {"input_tokens": 10, "output_tokens": 20, "total_tokens": 30}
    model = {"mlflow.chat.tokenUsage": usage, "mlflow.llm.model": "gpt-4o-mini"}
    model["mlflow.llm.provider"] = "openai"
    spans = [
        _span(number, 0, "chain", "CHAIN", start, {"messages": [{"content": text}]}, "it answers"),
        _span(number, 1, "retrieve", "RETRIEVER", start + _MILLISECOND, text[:40], document),
        _span(number, 2, "llm", "CHAT_MODEL", start + 2 * _MILLISECOND, text, text, **model),
        _span(number, 3, "parse", "PARSER", start + 3 * _MILLISECOND, text, "it answers"),
    ]
    info = {
        "trace_id": trace_id(number),
        "client_request_id": request_id(number),
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {}},
        "request_time": "2026-11-18T11:06:40.000Z",
        "state": "OK",
        "trace_metadata": {
            "mlflow.trace_schema.version": "3",
            "mlflow.trace.tokenUsage": json.dumps(usage),
            "mlflow.databricks.modelServingEndpointName": "chain",
            "reviewapp.served_version": "chain-1",
            "mlflow.modelId": "m-123",
        },
        "request_preview": text[:900],
        "response_preview": "it answers",
        "execution_duration_ms": 33,
    }
    return json.dumps({"info": info, "data": {"spans": spans}})


def _span(trace: int, number: int, name: str, kind: str, start: int, inputs, outputs, **more):
    attributes = {"mlflow.traceRequestId": trace_id(trace), "mlflow.spanType": kind}
    attributes |= {"mlflow.spanInputs": inputs, "mlflow.spanOutputs": outputs, **more}
    return {
        "trace_id": base64.b64encode(bytes.fromhex(trace_id(trace)[3:])).decode(),
        "span_id": base64.b64encode(bytes.fromhex(span_id(number))).decode(),
        "parent_span_id": base64.b64encode(bytes.fromhex(span_id(0))).decode() if number else None,
        "name": name,
        "start_time_unix_nano": start,
        "end_time_unix_nano": start + 5 * _MILLISECOND,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {key: json.dumps(value) for key, value in attributes.items()},
    }


def request_record(number: int, **changed: Any) -> RequestRecord:
    """Return the record of the request with this number."""
    values: dict[str, Any] = {
        "table_set": TABLE_SET,
        "request_id": request_id(number),
        "request_time": 1_795_000_000_000_000 + number,
        "status_code": 200,
        "duration_ms": 33,
        "requester": "ann@example.com",
        "endpoint": "chain",
        "conversation_id": f"conversation-{number % 3}",
        "model_name": MODEL,
        "model_version": "1",
        "trace": trace_json(number),
        "trace_id": trace_id(number),
    }
    return RequestRecord(**(values | changed))


def record(spool: Path, *records: RequestRecord) -> None:
    """Write requests into the spool, as the workspace does."""
    connection = open_spool(spool)
    connection.execute("BEGIN IMMEDIATE")
    for each in records:
        insert_request(connection, each)
    connection.execute("COMMIT")
    connection.close()


def verdict(number: int, seconds: int = 0, source: str = "bea@example.com", **judgement: Any):
    """Return a verdict on the answer with this number, given so many seconds later."""
    is_retrieval = "position" in judgement
    struct = {"step_id": None, "ratings": {}, "free_text_comment": None} | judgement
    return Assessment(
        request_id(number),
        "human",
        source,
        1_795_000_100_000_000 + seconds * 1_000_000,
        text=None if is_retrieval else {"suggested_output": None} | struct,
        retrieval=struct if is_retrieval else None,
    )


def thumb(value: str, **more: Any) -> dict[str, Any]:
    """Return the ratings of a thumb."""
    return {"answer_correct": {"value": value, "double_value": None, "rationale": None} | more}


def judge(spool: Path, *verdicts: Assessment) -> None:
    """Write verdicts into the spool, as the workspace does."""
    connection = open_spool(spool)
    connection.execute("BEGIN IMMEDIATE")
    insert_assessments(connection, TABLE_SET, verdicts)
    connection.execute("COMMIT")
    connection.close()
