"""Requests as records of an MLflow evaluation dataset; importing this imports MLflow.

Written with the app's own rights: whoever calls must have made sure of the visitor's.
"""

import warnings
from collections.abc import Sequence
from typing import Any

from mlflow.genai import datasets

from backend.endpoint_tests.datasets import all_datasets
from backend.endpoint_tests.plan import Dataset
from backend.error_translation import translated
from backend.errors import AlreadyExists, NotOffered

NOT_OFFERED = "Evaluation datasets cannot be changed here. Export the requests as a file instead."
TAKEN = "There is an evaluation dataset of this name already. Choose it, or take another name."


def add(experiment: str, dataset: Dataset, records: Sequence[dict[str, Any]]) -> None:
    """Add records to a dataset; one without an id is made. The same question is one record."""
    if not dataset.id and any(each.name == dataset.name for each in all_datasets()):
        raise AlreadyExists(TAKEN)
    try:
        with translated(), warnings.catch_warnings():
            # Its own warnings tell of what will change in MLflow, which nobody here can do.
            warnings.simplefilter("ignore", FutureWarning)
            found = (
                datasets.get_dataset(dataset_id=dataset.id)
                if dataset.id
                else datasets.create_dataset(name=dataset.name, experiment_id=[experiment])
            )
            found.merge_records(list(records))
    except (ImportError, NotImplementedError) as error:
        raise NotOffered(NOT_OFFERED) from error
