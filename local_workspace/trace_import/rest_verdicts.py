"""Sends verdicts on one trace to an MLflow server elsewhere, and none of them twice."""

from collections.abc import Callable, Sequence
from typing import Any

from mlflow.entities import Assessment, SpanType
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

from local_workspace.trace_import.assessment_entities import VERDICT_METADATA, assessments_of
from local_workspace.trace_import.destination import Refusal
from local_workspace.trace_import.recorded import RecordedVerdict
from local_workspace.trace_import.superseding import said_about

Attempt = Callable[[Callable[[], object]], Refusal]


def write_verdicts(
    store: Any, verdicts: Sequence[RecordedVerdict], attempt: Attempt
) -> list[Refusal]:
    """Send what is not there yet; all are about one trace, in this order."""
    trace_id = verdicts[0].trace_id
    there: list[Assessment] = []
    why = attempt(lambda: there.extend(_assessments(store, trace_id)))
    if why:
        return [why] * len(verdicts)
    ids = {(each.metadata or {}).get(VERDICT_METADATA) for each in there}
    # By time, because MLflow's client does not say whether an expectation is valid.
    newest = {said_about(each): each for each in sorted(there, key=_time)}
    spans = _Spans(store, trace_id)
    refusals: list[Refusal] = []
    for verdict in verdicts:
        refusals.append(None)
        for assessment in assessments_of(verdict, spans.find):
            if assessment.assessment_id in ids:
                continue
            said = said_about(assessment)
            before = newest.get(said)
            if before and _time(before) > _time(assessment):
                # The server cannot be told that something else came later.
                continue
            assessment.overrides = before.assessment_id if before else None
            created: list[Assessment] = []
            send = _sending(store, assessment, created)
            if why := attempt(send):
                refusals[-1] = why
                continue
            newest[said] = created[0]
    return refusals


def _time(assessment: Assessment) -> int:
    return assessment.create_time_ms or 0


def _sending(store: Any, assessment: Assessment, created: list[Assessment]) -> Callable[[], None]:
    def send() -> None:
        created.append(store.create_assessment(assessment))

    return send


def _assessments(store: Any, trace_id: str) -> list[Assessment]:
    found = store.get_trace_info(trace_id).assessments
    return [each for each in found if each.feedback or each.expectation]


class _Spans:
    """The spans of the trace, asked for when a source is judged."""

    def __init__(self, store: Any, trace_id: str) -> None:
        self._store = store
        self._trace_id = trace_id
        self._spans: list[Any] | None = None

    def find(self, _trace_id: str, step_id: str | None) -> str | None:
        """Return the span named, or the first that retrieved something."""
        if self._spans is None:
            self._spans = _spans(self._store, self._trace_id)
        ids = [span.span_id for span in self._spans]
        retrievers = [span.span_id for span in self._spans if span.span_type == SpanType.RETRIEVER]
        if step_id in ids:
            return step_id
        return retrievers[0] if retrievers else None


def _spans(store: Any, trace_id: str) -> list[Any]:
    try:
        spans: list[Any] = store.batch_get_traces([trace_id])[0].data.spans
    except (IndexError, NotImplementedError):
        return []
    except MlflowException as error:
        if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
            return []
        raise
    return spans
