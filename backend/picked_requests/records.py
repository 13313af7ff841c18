"""Requests as records of an MLflow evaluation dataset; importing this imports MLflow.

Written with the app's own rights: whoever calls must have made sure of the visitor's.
"""

from collections.abc import Sequence
from typing import Any

from mlflow.genai import datasets

from backend.endpoint_tests.datasets import all_datasets, offered
from backend.endpoint_tests.plan import Dataset
from backend.errors import AlreadyExists

NOT_OFFERED = "Evaluation datasets cannot be changed here. Export the requests as a file instead."
TAKEN = "There is an evaluation dataset of this name already. Choose it, or take another name."


def add(experiment: str, dataset: Dataset, records: Sequence[dict[str, Any]]) -> None:
    """Add records to a dataset; one without an id is made. The same question is one record."""
    if not dataset.id and any(each.name == dataset.name for each in all_datasets()):
        raise AlreadyExists(TAKEN)
    with offered(NOT_OFFERED):
        found = (
            datasets.get_dataset(dataset_id=dataset.id)
            if dataset.id
            else datasets.create_dataset(name=dataset.name, experiment_id=[experiment])
        )
        found.merge_records(list(records))
