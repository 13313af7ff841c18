"""A review queue of MLflow's with answers of an endpoint; importing this imports MLflow."""

from collections.abc import Iterator, Sequence

from mlflow import MlflowClient
from mlflow.entities import Trace
from mlflow.genai import label_schemas, review_queues

from backend.error_translation import translated
from backend.feedback import trace_assessments
from backend.feedback.verdicts import THUMB

# Newer answers first; more than these nobody works off.
MOST_TRACES = 1_000
TRACES_PER_SEARCH = 100
# What MLflow takes at once.
ITEMS_PER_CALL = 100
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
        queue_id = _queue(experiment, f"Answers of {endpoint}")
        for start in range(0, len(ids), ITEMS_PER_CALL):
            review_queues.add_items_to_review_queue(
                queue_id, item_ids=ids[start : start + ITEMS_PER_CALL]
            )
    return len(ids)


def _queue(experiment: str, name: str) -> str:
    """Return the queue of this name, which is made with the experiment's questions if need be."""
    token = None
    while True:
        page = review_queues.list_review_queues(experiment_id=experiment, page_token=token)
        for queue in page:
            if queue.name == name:
                return str(queue.queue_id)
        token = page.token
        if not token:
            break
    schemas = [each.schema_id for each in label_schemas.list_label_schemas(experiment)]
    made = review_queues.create_review_queue(
        name,
        queue_type="custom",
        schema_ids=[each for each in schemas if each],
        experiment_id=experiment,
    )
    return str(made.queue_id)


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
