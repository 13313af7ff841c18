"""What evaluation datasets have of one person: kept questions, and words on what is right.

Found by the tags that records get when requests are kept for evaluation. Done with the app's own
rights, so whoever calls must have made sure of the visitor's. Importing this imports MLflow, which
takes seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from databricks.sdk import WorkspaceClient
from mlflow import MlflowClient
from mlflow.entities import DatasetRecord, EvaluationDataset

from backend.endpoint_tests.datasets import offered
from backend.endpoint_tests.whose_words import EXPECTED_BY, expected_by, is_asked_by
from backend.errors import NotFound, ReviewAppError

DATASETS_PER_PAGE = 50
NOT_OFFERED = "Evaluation datasets cannot be looked through here."


@dataclass(frozen=True)
class ErasableDataset:
    """One dataset, as a place from which a person is erased."""

    id: str
    name: str

    @property
    def text(self) -> str:
        """Return its name for people."""
        return f"evaluation dataset {self.name}"

    def count(self, _workspace: WorkspaceClient, person: str) -> int:
        """Return how many records have something of theirs."""
        with offered(NOT_OFFERED):
            return len(_about(person, self._read()))

    def delete(self, _workspace: WorkspaceClient, person: str) -> None:
        """Delete what they asked; of what others asked, only what they said is right."""
        with offered(NOT_OFFERED):
            dataset = self._read()
            found = _about(person, dataset)
            others = [record for record in found if not is_asked_by(_tags(record), person)]
            if found:
                dataset.delete_records([each.dataset_record_id for each in found])
            if others:
                # MLflow cannot take an expectation out of a record that is there.
                dataset.merge_records([_without(each, person) for each in others])

    def clean(self, _workspace: WorkspaceClient) -> str:
        """Return that nothing of former versions stays."""
        return ""

    def _read(self) -> EvaluationDataset:
        """Return it with its records as they are now; it is not held any longer than needed."""
        return MlflowClient().get_dataset(self.id)


@dataclass(frozen=True)
class UnlistedDatasets:
    """Datasets nobody can see, which an erasure has to say."""

    problem: ReviewAppError
    text: str = "evaluation datasets"

    def count(self, _workspace: WorkspaceClient, _person: str) -> int:
        """Say why they cannot be seen."""
        raise self.problem

    def delete(self, _workspace: WorkspaceClient, _person: str) -> None:
        """Say why they cannot be seen."""
        raise self.problem

    def clean(self, _workspace: WorkspaceClient) -> str:
        """Return that nothing of former versions is known."""
        return ""


def places() -> Sequence[ErasableDataset | UnlistedDatasets]:
    """Return every dataset, of any age; one that fails does not keep the others from it."""
    found: list[ErasableDataset] = []
    token = None
    while True:
        try:
            with offered(NOT_OFFERED):
                page = MlflowClient().search_datasets(
                    max_results=DATASETS_PER_PAGE, page_token=token
                )
        except NotFound:
            # This MLflow has no datasets, and so nothing was kept in one.
            return found
        except ReviewAppError as problem:
            return [*found, UnlistedDatasets(problem)]
        found += [ErasableDataset(each.dataset_id, each.name) for each in page]
        token = page.token
        if not token:
            return found


def _about(person: str, dataset: EvaluationDataset) -> list[DatasetRecord]:
    return [
        record
        for record in dataset.records
        if is_asked_by(_tags(record), person) or expected_by(_tags(record), person)
    ]


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
