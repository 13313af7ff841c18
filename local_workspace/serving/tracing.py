"""Collects the trace of every call inside the model process, without asking an MLflow server.

MLflow's own span processor for inference tables builds the trace; the exporter here hands it to
the caller instead of a store. Whatever the class of the model there is one root span: what the
model traces itself hangs below it.
"""

import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import mlflow
from mlflow.entities import LiveSpan, SpanType, Trace
from mlflow.pyfunc.context import Context, set_prediction_context
from mlflow.tracing.processor.inference_table import InferenceTableSpanProcessor
from mlflow.tracing.provider import provider
from mlflow.tracing.trace_manager import InMemoryTraceManager
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

SESSION_METADATA = "mlflow.trace.session"
USER_METADATA = "mlflow.trace.user"
INTERRUPTED_METADATA = "reviewapp.interrupted"
_RESERVED = "mlflow."


@dataclass(frozen=True)
class CallContext:
    """What is known of a call besides its body; all of it ends up on the trace."""

    request_id: str
    endpoint: str
    served_version: str
    user: str
    conversation_id: str | None = None
    client_request_id: str | None = None
    # The caller's own words for finding the request later.
    usage_context: dict[str, str] = field(default_factory=dict)

    def metadata(self) -> dict[str, str]:
        """Return the trace metadata by which sessions, users and versions are found later."""
        known = {
            SESSION_METADATA: self.conversation_id,
            USER_METADATA: self.user,
            "reviewapp.endpoint": self.endpoint,
            "reviewapp.served_version": self.served_version,
            "reviewapp.client_request_id": self.client_request_id,
            # Nobody can claim it beforehand.
            INTERRUPTED_METADATA: None,
        }
        own = {key: value for key, value in self.usage_context.items() if key not in known}
        given = {key: value for key, value in own.items() if not key.startswith(_RESERVED)}
        return given | {key: value for key, value in known.items() if value}


class _Collector(SpanExporter):
    """Keeps a finished trace until the call that made it takes it away."""

    def __init__(self) -> None:
        self._finished: dict[str, Trace] = {}

    def export(self, spans: Any) -> SpanExportResult:
        for span in spans:
            self._keep(span)
        return SpanExportResult.SUCCESS

    def take(self, request_id: str) -> Trace | None:
        return self._finished.pop(request_id, None)

    def _keep(self, span: ReadableSpan) -> None:
        if span.parent is not None or span.context is None:
            return
        manager_trace = _manager().pop_trace(span.context.trace_id)
        if manager_trace and manager_trace.trace.info.client_request_id:
            self._finished[manager_trace.trace.info.client_request_id] = manager_trace.trace


class TraceRecorder:
    """Opens the root span of a call and gives back the finished trace as JSON."""

    def __init__(self, model_name: str, model_id: str | None) -> None:
        self._name = model_name.rpartition(".")[2]
        self._model_id = model_id
        self._collector = _Collector()
        tracer_provider = TracerProvider()
        tracer_provider.add_span_processor(InferenceTableSpanProcessor(self._collector))
        # Marks MLflow's provider as initialised, so that it does not put its own in this place.
        provider.once.do_once(lambda: None)
        provider.set(tracer_provider)

    @contextmanager
    def call(self, context: CallContext) -> Iterator[LiveSpan]:
        """Run the block under the call's root span."""
        # The model is passed explicitly: the one MLflow takes for active is the last one loaded.
        mlflow_context = Context(
            request_id=context.request_id, model_id=self._model_id, endpoint_name=context.endpoint
        )
        with (
            set_prediction_context(mlflow_context),
            mlflow.start_span(self._name, span_type=SpanType.CHAIN) as span,
        ):
            self._annotate(span.trace_id, context.metadata())
            yield span

    def note_interruption(self, span: LiveSpan) -> None:
        """Put on the call's trace that its caller left before the end, which nothing else tells."""
        self._annotate(span.trace_id, {INTERRUPTED_METADATA: "true"})

    def take(self, request_id: str) -> tuple[str | None, bytes]:
        """Return the id of the call's finished trace, and it as JSON; nothing if there is none."""
        trace = self._collector.take(request_id)
        return (trace.info.trace_id, trace.to_json().encode()) if trace else (None, b"")

    def _annotate(self, trace_id: str, metadata: dict[str, str]) -> None:
        with _manager().get_trace(trace_id) as trace:
            if trace is not None:
                trace.info.trace_metadata.update(metadata)


def _manager() -> InMemoryTraceManager:
    manager: InMemoryTraceManager = InMemoryTraceManager.get_instance()  # type: ignore[no-untyped-call]  # MLflow's
    return manager


class _ContextThreadPoolExecutor(ThreadPoolExecutor):
    """Runs each job in the context of its submitter, so that spans find their parent."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        return super().submit(contextvars.copy_context().run, fn, *args, **kwargs)


def trace_langchain() -> None:
    """Make LangChain's own spans appear below the root span.

    MLflow asks a LangChain chain in a thread pool that forgets the context, which would give two
    traces per call; its module-level name is the narrowest place to mend that.
    """
    import mlflow.langchain  # noqa: PLC0415 (seconds to import, needed for this flavour only)
    from mlflow.langchain import api_request_parallel_processor  # noqa: PLC0415 (same)

    # setattr, because to a type checker the name is that module's own business.
    setattr(api_request_parallel_processor, "ThreadPoolExecutor", _ContextThreadPoolExecutor)  # noqa: B010
    mlflow.langchain.autolog(silent=True)
