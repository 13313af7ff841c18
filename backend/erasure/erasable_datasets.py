"""What evaluation datasets have of one person: kept questions, and words on what is right.

Found by the tags that records get when requests are kept for evaluation. Done with the app's own
rights, so whoever calls must have made sure of the visitor's. Importing this imports MLflow, which
takes seconds.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from databricks.sdk import WorkspaceClient
from mlflow import MlflowClient
from mlflow.entities import DatasetRecord, EvaluationDataset

from backend.endpoint_tests.whose_words import EXPECTED_BY, expected_by, is_asked_by
from backend.error_translation import translated
from backend.errors import NotFound, NotOffered

DATASETS_PER_PAGE = 50
NOT_OFFERED = "Evaluation datasets cannot be looked through here."


class ErasableDatasets:
    """The records of all evaluation datasets, as a place from which a person is erased."""

    text = "records of evaluation datasets"

    def count(self, _workspace: WorkspaceClient, person: str) -> int:
        """Return how many records have something of theirs."""
        return sum(
            _is_about(record, person) for dataset in _datasets() for record in _records(dataset)
        )

    def delete(self, _workspace: WorkspaceClient, person: str) -> None:
        """Delete what they asked; of what others asked, only what they said is right."""
        for dataset in _datasets():
            found = [record for record in _records(dataset) if _is_about(record, person)]
            if found:
                others = [record for record in found if not is_asked_by(_tags(record), person)]
                with _offered():
                    dataset.delete_records([each.dataset_record_id for each in found])
                    # MLflow cannot take an expectation out of a record that is there.
                    if others:
                        dataset.merge_records([_without(each, person) for each in others])

    def clean(self, _workspace: WorkspaceClient) -> str:
        """Return that nothing of former versions stays."""
        return ""


def _is_about(record: DatasetRecord, person: str) -> bool:
    tags = _tags(record)
    return is_asked_by(tags, person) or bool(expected_by(tags, person))


def _without(record: DatasetRecord, person: str) -> dict[str, Any]:
    """Return the record as it is made anew, without what this person has said."""
    theirs = expected_by(_tags(record), person)
    marks = {EXPECTED_BY + name for name in theirs}
    expected = record.expectations or {}
    kept: dict[str, Any] = {
        "inputs": record.inputs,
        "outputs": record.outputs,
        "expectations": {name: said for name, said in expected.items() if name not in theirs},
        "tags": {name: said for name, said in _tags(record).items() if name not in marks},
    }
    return kept | ({"source": record.source.to_dict()} if record.source else {})


def _tags(record: DatasetRecord) -> dict[str, str]:
    return record.tags or {}


def _records(dataset: EvaluationDataset) -> list[DatasetRecord]:
    with _offered():
        return list(dataset.records)


def _datasets() -> Iterator[EvaluationDataset]:
    """Yield every dataset, of any age; all are listed before one is changed."""
    found: list[EvaluationDataset] = []
    token = None
    while True:
        try:
            with _offered():
                page = MlflowClient().search_datasets(
                    max_results=DATASETS_PER_PAGE, page_token=token
                )
        except NotFound:
            # This MLflow has no datasets, and so nothing was kept in one.
            return
        found += page
        token = page.token
        if not token:
            break
    while found:
        # A dataset remembers its records, so none is held longer than it is needed.
        yield found.pop()


@contextmanager
def _offered() -> Iterator[None]:
    """Say what is missing where datasets cannot be read; let only our own errors out."""
    try:
        with translated(), warnings.catch_warnings():
            # Its own warnings tell of what will change in MLflow, which nobody here can do.
            warnings.simplefilter("ignore", FutureWarning)
            yield
    except (ImportError, NotImplementedError) as error:
        raise NotOffered(NOT_OFFERED) from error
