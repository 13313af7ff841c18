"""Review queues of MLflow's; importing this imports MLflow.

Read and filled with the app's own rights: whoever calls must have made sure of the visitor's.
"""

from collections.abc import Iterator, Sequence

from mlflow.genai import label_schemas, review_queues

from backend.endpoint_tests.datasets import offered

# What MLflow takes at once.
ITEMS_PER_CALL = 100
NOT_OFFERED = "Review queues of MLflow cannot be used here."


def names(experiment: str) -> list[str]:
    """Return the queues anybody can be given work by, the ones of single people left out."""
    with offered(NOT_OFFERED):
        return sorted(name for name, _ in _all(experiment))


def add(experiment: str, name: str, trace_ids: Sequence[str]) -> None:
    """Add traces to the queue of this name, which is made if there is none; once each."""
    with offered(NOT_OFFERED):
        queue_id = _queue(experiment, name)
        for start in range(0, len(trace_ids), ITEMS_PER_CALL):
            review_queues.add_items_to_review_queue(
                queue_id, item_ids=list(trace_ids[start : start + ITEMS_PER_CALL])
            )


def _queue(experiment: str, name: str) -> str:
    """Return the queue's id; a new one asks the questions of the experiment."""
    if known := dict(_all(experiment)).get(name):
        return known
    schemas = [each.schema_id for each in label_schemas.list_label_schemas(experiment)]
    made = review_queues.create_review_queue(
        name,
        queue_type="custom",
        schema_ids=[each for each in schemas if each],
        experiment_id=experiment,
    )
    return str(made.queue_id)


def _all(experiment: str) -> Iterator[tuple[str, str]]:
    token = None
    while True:
        page = review_queues.list_review_queues(experiment_id=experiment, page_token=token)
        yield from ((str(each.name), str(each.queue_id)) for each in page)
        token = page.token
        if not token:
            return
