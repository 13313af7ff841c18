"""The questions of MLflow's evaluation datasets; read with the app's own rights.

Whoever calls must have made sure of the visitor's. Importing this imports MLflow, which takes
seconds.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow import MlflowClient
from mlflow.genai import datasets

from backend.endpoint_tests.plan import Dataset, distinct
from backend.error_translation import translated
from backend.errors import NotOffered
from backend.turns.recorded_turns import question_in

MOST_DATASETS = 50
NOT_READ = "Evaluation datasets cannot be read here. Save one as a file, and take that."


def all_datasets() -> list[Dataset]:
    """Return the datasets there are, the newest first."""
    with offered(NOT_READ):
        # Not `datasets.search_datasets`, which leaves out what is older than a week.
        found = MlflowClient().search_datasets(
            max_results=MOST_DATASETS, order_by=["created_time DESC"]
        )
    return [Dataset(each.name, each.dataset_id) for each in found]


def questions(dataset: Dataset) -> list[str]:
    """Return what the records of a dataset ask, each question once."""
    named = {"dataset_id": dataset.id} if dataset.id else {"name": dataset.name}
    with offered(NOT_READ):
        records = datasets.get_dataset(**named).to_df()
    return distinct(question_in(inputs) for inputs in records["inputs"])


@contextmanager
def offered(otherwise: str) -> Iterator[None]:
    """Say what is missing where datasets cannot be listed; let only our own errors out."""
    try:
        with translated(), warnings.catch_warnings():
            # Its own warnings tell of what will change in MLflow, which nobody here can do.
            warnings.simplefilter("ignore", FutureWarning)
            yield
    except (ImportError, NotImplementedError) as error:
        raise NotOffered(otherwise) from error
