"""From a recorded trace to MLflow's entity, with everything by which it is found again."""

from mlflow.entities import Trace
from mlflow.entities.trace_location import TraceLocation
from mlflow.exceptions import MlflowException
from mlflow.tracing.constant import TraceMetadataKey, TraceTagKey
from mlflow.tracing.utils import add_size_stats_to_trace_metadata

from local_workspace.trace_import.recorded import RecordedTrace

ENDPOINT_TAG = "reviewapp.endpoint"
MODEL_NAME_TAG = "reviewapp.model_name"
MODEL_VERSION_TAG = "reviewapp.model_version"


class Malformed(Exception):
    """The record is not a trace MLflow can keep."""


def trace_entity(recorded: RecordedTrace) -> Trace:
    """Return the trace; it belongs to no experiment yet."""
    try:
        trace = Trace.from_json(recorded.trace)
        _check(trace, recorded)
    except (MlflowException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Malformed(f"not a trace: {type(error).__name__}: {str(error)[:500]}") from error
    _complete(trace, recorded)
    # What every client of MLflow adds as it sends a trace.
    add_size_stats_to_trace_metadata(trace)
    return trace


def place(trace: Trace, experiment_id: str) -> None:
    """Say which experiment the trace belongs to."""
    trace.info.trace_location = TraceLocation.from_experiment_id(experiment_id)


def _check(trace: Trace, recorded: RecordedTrace) -> None:
    if trace.info.trace_id != recorded.trace_id:
        raise ValueError(f"it says it is {trace.info.trace_id}")
    for span in trace.data.spans:
        # MLflow would make another trace of it.
        if span.trace_id != recorded.trace_id:
            raise ValueError(f"a span belongs to {span.trace_id}")


def _complete(trace: Trace, recorded: RecordedTrace) -> None:
    info = trace.info
    # As on Databricks: the id a client finds in `databricks_output`.
    info.client_request_id = recorded.request_id
    known = {
        TraceMetadataKey.TRACE_SESSION: recorded.conversation_id,
        TraceMetadataKey.TRACE_USER: recorded.requester,
    }
    info.trace_metadata = {
        key: value for key, value in known.items() if value
    } | info.trace_metadata
    root = next((span for span in trace.data.spans if span.parent_id is None), None)
    tags = {
        TraceTagKey.TRACE_NAME: root.name if root else None,
        ENDPOINT_TAG: recorded.endpoint,
        MODEL_NAME_TAG: recorded.model_name,
        MODEL_VERSION_TAG: recorded.model_version,
    }
    info.tags = {key: value for key, value in tags.items() if value} | info.tags
