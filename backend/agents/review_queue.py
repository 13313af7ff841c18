"""A review queue of MLflow's with answers of an endpoint; importing this imports MLflow."""

from collections.abc import Iterator, Sequence

from mlflow import MlflowClient
from mlflow.entities import Trace

from backend.error_translation import translated
from backend.feedback import trace_assessments
from backend.feedback.verdicts import THUMB
from backend.picked_requests import queues

# Newer answers first; more than these nobody works off.
MOST_TRACES = 1_000
TRACES_PER_SEARCH = 100
_ENDPOINT = "reviewapp.endpoint"


def fill(experiment: str, endpoint: str, request_ids: Sequence[str] | None) -> int:
    """Add answers without a verdict, or those of these requests; return how many are meant."""
    with translated():
        if request_ids is None:
            found = list(_without_verdict(experiment))
        else:
            found = [trace for _, trace in trace_assessments.traces_of(experiment, request_ids)]
        ids = [
            each.info.trace_id
            for each in found
            # Several endpoints may trace into one experiment.
            if each.info.trace_metadata.get(_ENDPOINT) in (None, endpoint)
        ]
    queues.add(experiment, f"Answers of {endpoint}", ids)
    return len(ids)


def _without_verdict(experiment: str) -> Iterator[Trace]:
    """Yield the traces of answers that came and that nobody has judged, the newest first."""
    token, looked_at = None, 0
    while looked_at < MOST_TRACES:
        page = MlflowClient().search_traces(
            locations=[experiment],
            filter_string=f"attributes.status = 'OK' AND feedback.{THUMB} IS NULL",
            max_results=TRACES_PER_SEARCH,
            order_by=["timestamp_ms DESC"],
            page_token=token,
            include_spans=False,
        )
        looked_at += len(page)
        yield from page
        token = page.token
        if not token:
            return
