"""What was found out about a version: the figures of runs that evaluated it, and their tables.

MLflow keeps such figures with the logged model a version was made from, each with its run. Read
with the app's rights. Importing this imports MLflow, which takes seconds.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric as LoggedMetric
from mlflow.entities import Run

from backend.error_translation import translated
from backend.errors import NotFound, Refused
from backend.registry.record import Evaluation, Metric, Table, Version
from backend.registry.secret_masking import mask

MOST_RUNS = 20
MOST_ROWS = 200
MOST_TABLE_BYTES = 4_000_000
LONGEST_CELL = 2000
_TABLES = "mlflow.loggedArtifacts"


def evaluations(version: Version) -> tuple[Evaluation, ...]:
    """Return what each run has found out, the newest first."""
    client = MlflowClient()
    figures = _of_the_model(client, version.model_id)
    if version.run_id:
        figures.setdefault(version.run_id, [])
    found = [
        _evaluation(client, run, metrics) for run, metrics in list(figures.items())[:MOST_RUNS]
    ]
    kept = [each for each in found if each and (each.metrics or each.tables)]
    return tuple(sorted(kept, key=_moment, reverse=True))


def table(run_id: str, path: str) -> Table:
    """Return the beginning of a table a run has logged."""
    client = MlflowClient()
    with translated():
        if path not in _tables(client.get_run(run_id)):
            raise NotFound("The run has no such table.")
        folder = path.rpartition("/")[0]
        listed = {each.path: each for each in client.list_artifacts(run_id, folder or None)}
        if path not in listed or (listed[path].file_size or 0) > MOST_TABLE_BYTES:
            raise Refused("This table is too large to be shown here. Open the run in MLflow.")
        with TemporaryDirectory() as place:
            text = Path(client.download_artifacts(run_id, path, place)).read_text()
    return _table(text)


def _of_the_model(client: MlflowClient, model_id: str) -> dict[str, list[LoggedMetric]]:
    """Return the figures MLflow keeps with a logged model, by run."""
    if not model_id:
        return {}
    try:
        with translated():
            metrics: Iterable[LoggedMetric] = client.get_logged_model(model_id).metrics or []
    except NotFound:
        return {}
    by_run: dict[str, list[LoggedMetric]] = {}
    for each in metrics:
        by_run.setdefault(str(each.run_id or ""), []).append(each)
    by_run.pop("", None)
    return by_run


def _evaluation(
    client: MlflowClient, run_id: str, metrics: list[LoggedMetric]
) -> Evaluation | None:
    try:
        with translated():
            run = client.get_run(run_id)
    except NotFound:
        return None
    named = {each.key for each in metrics}
    other = [Metric(key, value) for key, value in run.data.metrics.items() if key not in named]
    of_the_model = [
        Metric(str(each.key), float(each.value), str(each.dataset_name or "")) for each in metrics
    ]
    return Evaluation(
        run_id=run_id,
        run_name=str(run.info.run_name or ""),
        experiment_id=str(run.info.experiment_id),
        at=_time(run.info.start_time),
        metrics=tuple(sorted([*of_the_model, *other], key=lambda each: (each.name, each.dataset))),
        tables=tuple(_tables(run)),
    )


def _tables(run: Run) -> list[str]:
    try:
        logged = json.loads(run.data.tags.get(_TABLES) or "[]")
    except ValueError:
        return []
    return [str(each["path"]) for each in logged if each.get("type") == "table"]


def _table(text: str) -> Table:
    try:
        content: dict[str, Any] = json.loads(text)
        columns, rows = content["columns"], content["data"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("This table cannot be read.") from error
    shown = mask(rows[:MOST_ROWS]).value
    return Table(
        columns=tuple(str(each) for each in columns),
        rows=tuple(tuple(_cell(each) for each in row) for row in shown),
        count=len(rows),
    )


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text[:LONGEST_CELL]


def _moment(evaluation: Evaluation) -> datetime:
    return evaluation.at or datetime.fromtimestamp(0, UTC)


def _time(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
