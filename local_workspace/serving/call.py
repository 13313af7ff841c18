"""One call inside a model process: ask the model, collect the trace, say how it ended."""

import contextlib
import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from mlflow.entities import LiveSpan

from local_workspace.serving.model_runner import ModelError, ModelRunner, describe, to_json
from local_workspace.serving.stream_aggregation import aggregate, as_chunks
from local_workspace.serving.tracing import CallContext, TraceRecorder
from local_workspace.serving.worker_messages import Kind, Message
from local_workspace.serving.worker_process import WorkerSpec

Recorder = TraceRecorder | None
_NO_TRACE = (None, b"")


def answer_call(
    runner: ModelRunner, recorder: Recorder, spec: WorkerSpec, call: Message
) -> Message:
    """Ask for the whole answer; the message carries the answer and then the trace."""
    context = _context(spec, call)
    answer = b""
    failure: dict[str, Any] | None = None
    try:
        with _root_span(recorder, context, call) as span:
            answer = runner.answer(call.body, _content_type(call))
            if span:
                span.set_outputs(json.loads(answer))
    except Exception as error:  # noqa: BLE001 - models raise anything; the caller gets a sentence
        failure = _error_meta(error)
    trace_id, trace = recorder.take(context.request_id) if recorder else _NO_TRACE
    meta = {**(failure or {}), "answer": len(answer), "trace_id": trace_id}
    kind = Kind.ERROR if failure else Kind.ANSWER
    return Message(kind, call.call_id, meta, answer + trace)


def stream_call(
    runner: ModelRunner,
    recorder: Recorder,
    spec: WorkerSpec,
    call: Message,
    send: Callable[[Message], None],
    is_canceled: Callable[[], bool],
) -> Message:
    """Send each chunk as the model yields it; the last message holds the whole and the trace."""
    context = _context(spec, call)
    sent: list[Any] = []
    failure: dict[str, Any] | None = None
    try:
        with _root_span(recorder, context, call) as span:
            for chunk in _until(is_canceled, runner.stream(call.body, _content_type(call))):
                sent.append(chunk)
                send(Message(Kind.CHUNK, call.call_id, body=to_json(chunk).encode()))
            if recorder and span and is_canceled():
                recorder.note_interruption(span)
            if span:
                span.set_outputs(json.loads(to_json(aggregate(sent))))
    except Exception as error:  # noqa: BLE001 - models raise anything; the caller gets a sentence
        failure = _error_meta(error)
    answer = to_json(aggregate(sent)).encode() if sent else b""
    trace_id, trace = recorder.take(context.request_id) if recorder else _NO_TRACE
    kind = Kind.ERROR if failure else Kind.END
    meta = {**(failure or {}), "answer": len(answer), "trace_id": trace_id}
    return Message(kind, call.call_id, meta, answer + trace)


def _until(is_canceled: Callable[[], bool], items: Iterator[Any]) -> Iterator[Any]:
    """Pass chunks on until the caller has left; then close the model's generator."""
    with contextlib.closing(items):  # type: ignore[type-var]  # runner.stream is a generator
        for item in items:
            if is_canceled():
                return
            yield from as_chunks(item)


def _root_span(
    recorder: Recorder, context: CallContext, call: Message
) -> AbstractContextManager[LiveSpan | None]:
    if recorder is None:
        return contextlib.nullcontext()
    return _with_inputs(recorder, context, call)


@contextlib.contextmanager
def _with_inputs(
    recorder: TraceRecorder, context: CallContext, call: Message
) -> Iterator[LiveSpan]:
    with recorder.call(context) as span:
        try:
            span.set_inputs(json.loads(call.body))
        except ValueError:
            span.set_inputs({"body": call.body.decode(errors="replace")})
        yield span


def _context(spec: WorkerSpec, call: Message) -> CallContext:
    return CallContext(
        request_id=call.meta["request_id"],
        endpoint=spec.endpoint,
        served_version=spec.served_version,
        user=call.meta.get("user", ""),
        conversation_id=call.meta.get("conversation_id"),
        client_request_id=call.meta.get("client_request_id"),
        usage_context=call.meta.get("usage_context") or {},
    )


def _content_type(call: Message) -> str:
    return str(call.meta.get("content_type", "application/json"))


def _error_meta(error: BaseException) -> dict[str, Any]:
    # The caller gets a sentence; whoever looks after the model finds the rest in its logs.
    traceback.print_exception(error)
    if isinstance(error, ModelError):
        return {"message": error.message, "status": error.status}
    return {"message": f"The model raised {describe(error)}", "status": 400}
