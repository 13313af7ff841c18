"""Hands traces and verdicts to an MLflow server elsewhere, over its own REST API.

What a client would send is sent, so sending it again changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from mlflow.entities import Trace
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.rest_store import RestStore as RestRegistry
from mlflow.store.tracking.rest_store import RestStore
from mlflow.tracing.client import TracingClient
from mlflow.utils.credentials import get_default_host_creds

from local_workspace.trace_import.destination import MlflowUnavailable, Refusal
from local_workspace.trace_import.experiments import Experiments
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict
from local_workspace.trace_import.rest_verdicts import write_verdicts
from local_workspace.trace_import.trace_entities import Malformed, place, trace_entity

# Enough to hide the way there and back; a server on sqlite gets no faster by more.
_AT_ONCE = 8
# Wrong credentials, or too much to do: none of it is the trace's fault.
_PASSING_STATUS = frozenset((401, 403, 407, 408, 425, 429))
_NO_SPANS = "REST OTLP span logging is not supported"

Batch = Sequence[tuple[RecordedTrace, Trace]]


class RestDestination:
    """Credentials are where MLflow's clients find them: in the environment."""

    def __init__(self, tracking_uri: str) -> None:
        def credentials() -> object:
            return get_default_host_creds(tracking_uri)  # type: ignore[no-untyped-call]  # MLflow's

        self._tracking_uri = tracking_uri
        self._store = RestStore(credentials)  # type: ignore[no-untyped-call]  # MLflow's
        self._experiments = Experiments(self._store, RestRegistry(credentials))  # type: ignore[no-untyped-call]  # MLflow's
        self._pool = ThreadPoolExecutor(_AT_ONCE)

    def import_traces(self, traces: Sequence[RecordedTrace]) -> list[Refusal]:
        """Send each trace's head by itself and all spans of an experiment at once."""
        refusals: dict[int, Refusal] = {}
        readable: dict[int, tuple[RecordedTrace, Trace]] = {}
        for number, recorded in enumerate(traces):
            try:
                readable[number] = (recorded, trace_entity(recorded))
            except Malformed as error:
                refusals[number] = str(error)
        for recorded, trace in readable.values():
            self._place(recorded, trace)
        started = (
            self._pool.map(self._start, *zip(*readable.values(), strict=True)) if readable else ()
        )
        refusals |= dict(zip(readable, started, strict=True))
        begun = {number: readable[number] for number in readable if refusals[number] is None}
        refusals |= self._send_spans(begun)
        return [refusals[number] for number in range(len(traces))]

    def import_verdicts(self, verdicts: Sequence[RecordedVerdict]) -> list[Refusal]:
        """Send the verdicts of one trace in order, those of several beside each other."""
        by_trace: dict[str, list[int]] = defaultdict(list)
        for number, verdict in enumerate(verdicts):
            by_trace[verdict.trace_id].append(number)
        refusals: list[Refusal] = [None] * len(verdicts)

        def of_one(numbers: list[int]) -> None:
            said = [verdicts[number] for number in numbers]
            for number, why in zip(
                numbers, write_verdicts(self._store, said, attempt), strict=True
            ):
                refusals[number] = why

        list(self._pool.map(of_one, by_trace.values()))
        return refusals

    def _place(self, recorded: RecordedTrace, trace: Trace) -> None:
        try:
            experiment_id = self._experiments.of(recorded)
        except MlflowException as error:
            # Whatever it is, it would be the same for every trace of the model.
            raise MlflowUnavailable(str(error)) from error
        place(trace, experiment_id)

    def _start(self, recorded: RecordedTrace, trace: Trace) -> Refusal:
        why = attempt(partial(self._store.start_trace, trace.info))
        if why is None:
            return None
        # Perhaps somebody deleted the experiment we knew.
        self._experiments.forget()
        self._place(recorded, trace)
        return attempt(partial(self._store.start_trace, trace.info))

    def _send_spans(self, begun: dict[int, tuple[RecordedTrace, Trace]]) -> dict[int, Refusal]:
        by_experiment: dict[str, list[int]] = defaultdict(list)
        for number, (_, trace) in begun.items():
            by_experiment[str(trace.info.experiment_id)].append(number)
        refusals: dict[int, Refusal] = {}
        for numbers in by_experiment.values():
            together = [begun[number][1] for number in numbers]
            if attempt(partial(self._log_spans, together)) is None:
                refusals |= dict.fromkeys(numbers)
                continue
            for number in numbers:
                alone = [begun[number][1]]
                refusals[number] = attempt(partial(self._log_spans, alone))
        return refusals

    def _log_spans(self, traces: Sequence[Trace]) -> None:
        spans = [span for trace in traces for span in trace.data.spans]
        try:
            self._store.log_spans(str(traces[0].info.experiment_id), spans)
        except (MlflowException, NotImplementedError) as error:
            if isinstance(error, MlflowException) and _NO_SPANS not in str(error):
                raise
            # An older server, or one on files, keeps them as an artifact.
            client = TracingClient(self._tracking_uri)
            for trace in traces:
                info = self._store.get_trace_info(trace.info.trace_id)
                client._upload_trace_data(info, trace.data)


def attempt(work: Callable[[], object]) -> Refusal:
    """Return why the server refuses this; raise where it is not about this."""
    try:
        work()
    except MlflowException as error:
        status = error.get_http_status_code()  # type: ignore[no-untyped-call]  # MLflow's
        if status in _PASSING_STATUS or not 400 <= status < 500:
            raise MlflowUnavailable(str(error)) from error
        return f"{error.error_code}: {str(error)[:500]}"
    return None
