"""What replays have on record of one person: new answers to what the person once asked.

Done with the app's own rights, so whoever calls must have made sure of the visitor's. Importing
this imports MLflow, which takes seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mlflow
from databricks.sdk import WorkspaceClient
from mlflow import MlflowClient
from mlflow.entities import Run, ViewType

from backend.error_translation import translated
from backend.long_work import runs as job_runs
from backend.long_work.record import KIND, JobKind
from backend.replay import bisection
from backend.replay import record as replay_record

RUNS_PER_PAGE = 200
_FILES = {
    JobKind.REPLAY: f"{replay_record.TABLE}.json",
    JobKind.BISECT: f"{bisection.TABLE}.json",
}
_PERSON = "first_asked_by"


@dataclass(frozen=True)
class _Table:
    """One table of one run, as MLflow keeps it."""

    run_id: str
    file: str
    columns: list[str]
    rows: list[list[Any]]

    def is_about(self, row: list[Any], person: str) -> bool:
        """Tell whether the row answers what this person asked."""
        if _PERSON not in self.columns:
            return False
        asked_by = str(row[self.columns.index(_PERSON)] or "")
        return asked_by.strip().lower() == person.strip().lower()


class ErasableReplays:
    """The tables of all replays, as a place from which a person is erased."""

    text = f"answers of {job_runs.EXPERIMENT}"

    def count(self, _workspace: WorkspaceClient, person: str) -> int:
        """Return how many rows there are."""
        return sum(each.is_about(row, person) for each in _tables() for row in each.rows)

    def delete(self, _workspace: WorkspaceClient, person: str) -> None:
        """Write each table anew without them."""
        for table in _tables():
            kept = [row for row in table.rows if not table.is_about(row, person)]
            if len(kept) < len(table.rows):
                with translated():
                    written = {"columns": table.columns, "data": kept}
                    MlflowClient().log_dict(table.run_id, written, table.file)

    def clean(self, _workspace: WorkspaceClient) -> str:
        """Return that nothing of former versions stays."""
        return ""


def _tables() -> Iterator[_Table]:
    for kind, file in _FILES.items():
        for run in _runs(kind):
            with translated():
                if file not in {
                    each.path for each in MlflowClient().list_artifacts(run.info.run_id)
                }:
                    continue
                found = mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/{file}")
            yield _Table(run.info.run_id, file, found["columns"], found["data"])


def _runs(kind: JobKind) -> Iterator[Run]:
    client, token = MlflowClient(), None
    with translated():
        experiment = client.get_experiment_by_name(job_runs.EXPERIMENT)
    while experiment is not None:
        with translated():
            page = client.search_runs(
                [experiment.experiment_id],
                filter_string=f"tags.`{KIND}` = '{kind}'",
                run_view_type=ViewType.ALL,
                max_results=RUNS_PER_PAGE,
                page_token=token,
            )
        yield from page
        token = page.token
        if not token:
            return
