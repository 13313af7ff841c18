"""The bodies of one recorded request as they came and went, and its trace, as MLflow writes it."""

import base64
from typing import Any

import orjson

from benchmarks.logs.turns import CALLER_LEFT, Turn

Json = dict[str, Any]
_ROOT, _RETRIEVAL, _MODEL = (f"{place:016x}" for place in (1, 2, 3))
# The span each verdict on a passage is filed under.
RETRIEVAL_STEP = _RETRIEVAL
# Nanoseconds of each millisecond of the request after which a span began and ended.
_SHARES = {_ROOT: (0, 1_000_000), _RETRIEVAL: (20_000, 300_000), _MODEL: (300_000, 990_000)}


def served_name(model: str, version: str) -> str:
    """Return what a version is called among those an endpoint serves."""
    return f"{model.replace('.', '-')}_{version}"


def request_body(turn: Turn) -> str:
    """Return what the caller sent."""
    body: Json = {
        "messages": [{"role": "user", "content": turn.question}],
        "databricks_options": {"conversation_id": turn.conversation_id},
    }
    if turn.client_request_id:
        body["client_request_id"] = turn.client_request_id
    return _text(body)


def response_body(turn: Turn) -> str:
    """Return what the caller got, or would have got."""
    if turn.is_failed:
        return _text({"error_code": turn.error_code, "message": turn.message})
    message = {"role": "assistant", "content": turn.answer}
    ended = "stop" if turn.status != CALLER_LEFT else None
    return _text(
        {
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": ended}],
            "databricks_output": {"databricks_request_id": turn.request_id},
        }
    )


def trace(turn: Turn, endpoint: str, model: str) -> str:
    """Return the trace: what was looked up, and what the model made of it."""
    return _text({"info": _info(turn, endpoint, model), "data": {"spans": _spans(turn)}})


def _info(turn: Turn, endpoint: str, model: str) -> Json:
    when = turn.when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    usage = _usage(turn)
    metadata = {
        "mlflow.trace_schema.version": "3",
        "mlflow.trace.session": turn.conversation_id,
        "mlflow.trace.user": turn.requester,
        "mlflow.trace.tokenUsage": usage,
        "reviewapp.endpoint": endpoint,
        "reviewapp.served_version": served_name(model, turn.version),
    }
    if turn.client_request_id:
        metadata["reviewapp.client_request_id"] = turn.client_request_id
    if turn.status == CALLER_LEFT:
        metadata["reviewapp.interrupted"] = "true"
    return {
        "trace_id": turn.trace_id,
        "client_request_id": turn.request_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {}},
        "request_time": when,
        "state": "ERROR" if turn.is_failed else "OK",
        "trace_metadata": metadata,
        "tags": {"mlflow.traceName": "answer"},
        "request_preview": turn.question[:900],
        "response_preview": "" if turn.is_failed else turn.answer[:900],
        "execution_duration_ms": turn.latency_ms,
    }


def _spans(turn: Turn) -> list[Json]:
    asked = {"messages": [{"role": "user", "content": turn.question}]}
    found = [
        {"page_content": text, "metadata": {"doc_uri": paper.uri, "title": paper.title}, "id": None}
        for text, paper in zip(turn.passages, turn.papers, strict=True)
    ]
    said = None if turn.is_failed else turn.answer
    root = _span(turn, _ROOT, "answer", "CHAIN", asked, said)
    retrieval = _span(turn, _RETRIEVAL, "look_up", "RETRIEVER", {"query": turn.question}, found)
    model = _span(turn, _MODEL, "phrase", "CHAT_MODEL", asked, said)
    model["attributes"] |= {
        "mlflow.chat.tokenUsage": _usage(turn),
        "mlflow.llm.model": '"handbook-large"',
    }
    if turn.is_failed:
        for failed in (root, model):
            failed["status"] = {"code": "STATUS_CODE_ERROR", "message": turn.message}
            failed["events"] = [_exception(turn)]
    return [root, retrieval, model]


def _span(turn: Turn, span_id: str, name: str, kind: str, inputs: Json, outputs: object) -> Json:
    began, ended = (turn.micros * 1000 + turn.latency_ms * share for share in _SHARES[span_id])
    return {
        "trace_id": _encoded(turn.trace_id.removeprefix("tr-")),
        "span_id": _encoded(span_id),
        "parent_span_id": None if span_id == _ROOT else _encoded(_ROOT),
        "name": name,
        "start_time_unix_nano": began,
        "end_time_unix_nano": ended,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {
            "mlflow.traceRequestId": _text(turn.trace_id),
            "mlflow.spanType": _text(kind),
            "mlflow.spanInputs": _text(inputs),
            "mlflow.spanOutputs": _text(outputs),
        },
        "links": [],
    }


def _exception(turn: Turn) -> Json:
    kind, _, said = turn.message.removeprefix("The model raised an exception: ").partition(": ")
    return {
        "name": "exception",
        "time_unix_nano": turn.micros * 1000 + turn.latency_ms * 1_000_000,
        "attributes": {"exception.type": kind, "exception.message": said or kind},
    }


def _encoded(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def _usage(turn: Turn) -> str:
    put, made = len(turn.question) // 4, len(turn.answer) // 4
    return f'{{"input_tokens": {put}, "output_tokens": {made}, "total_tokens": {put + made}}}'


def _text(document: object) -> str:
    return orjson.dumps(document).decode()
