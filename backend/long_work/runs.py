"""Long work in MLflow: one experiment, one run per job, its tags the state of it.

Everything is done with the app's own rights, so whoever calls must have made sure of the
visitor's. Importing this imports MLflow, which takes seconds.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Run, RunTag

from backend.error_translation import translated
from backend.errors import NotFound, ReviewAppError
from backend.long_work.record import (
    CANCEL,
    CLAIM,
    ENDPOINT,
    HEARTBEAT,
    KIND,
    LOST_AFTER,
    PROBLEM,
    RESULT,
    STATE,
    Job,
    JobKind,
    JobState,
    Progress,
    claim_of,
    job_from,
    shortened,
    written,
)
from backend.mlflow_records import experiment, milliseconds, tag_is, time_of

EXPERIMENT = "/Shared/reviewapp-jobs"
PARAMETERS = "parameters.json"
# A tag of the experiment: when somebody was last there who does the work.
ATTENDED = "reviewapp.jobs.attended"
# Another: which worker watches endpoints, and since when; two would do the same thing twice.
WATCHED = "reviewapp.jobs.watched"
MOST_OPEN = 500
_STATUS = {JobState.DONE: "FINISHED", JobState.FAILED: "FAILED", JobState.CANCELED: "KILLED"}


def ask(
    job: Job, parameters: Mapping[str, Any], agree: Callable[[Job], None] = lambda _: None
) -> Job:
    """Put work on record as waiting, once it is agreed to; return it with its id."""
    kept = _put(job, parameters)
    try:
        agree(kept)
    except ReviewAppError:
        with translated():
            MlflowClient().set_terminated(kept.id, _STATUS[JobState.CANCELED])
        raise
    _tag(kept.id, {STATE: JobState.WAITING.value})
    return kept


def begin(job: Job, parameters: Mapping[str, Any], worker: str) -> Job:
    """Put work on record that whoever asks for it does at once; return it with its id."""
    kept = _put(job, parameters)
    claim(kept, worker)
    return read(kept.id)


def parameters(job: Job) -> dict[str, Any]:
    """Return what was asked for."""
    with translated():
        found: dict[str, Any] = mlflow.artifacts.load_dict(_artifact(job, PARAMETERS))
    return found


def read(job_id: str) -> Job:
    """Return one job as it is now."""
    with translated():
        run = MlflowClient().get_run(job_id)
    job = _job(run)
    if job is None:
        raise NotFound("There is no such work on record.")
    return job


def not_over() -> list[Job]:
    """Return what waits and what is being done, the oldest first."""
    return _search(["attributes.status = 'RUNNING'"], "attributes.start_time ASC", MOST_OPEN)


def latest(endpoint: str, kind: JobKind | None = None, most: int = 25) -> list[Job]:
    """Return the endpoint's jobs, the newest first."""
    clauses = [tag_is(ENDPOINT, endpoint)] + ([tag_is(KIND, kind)] if kind else [])
    return _search(clauses, "attributes.start_time DESC", most)


def claim(job: Job, worker: str) -> bool:
    """Say who does it now; False if another worker was faster."""
    client = MlflowClient()
    try:
        with translated():
            client.log_param(job.id, CLAIM, claim_of(worker))
            _tag(job.id, {STATE: JobState.RUNNING.value, HEARTBEAT: _now()})
    except ReviewAppError:
        if read(job.id).worker in ("", worker):
            raise
        return False
    return True


def beat(job: Job, progress: Progress | None = None) -> None:
    """Say that it is still being done, and how far it is."""
    _tag(job.id, {HEARTBEAT: _now(), **(progress.tags() if progress else {})})


def end(
    job: Job, state: JobState, problem: str = "", result: Mapping[str, Any] | None = None
) -> None:
    """Say what came of it."""
    tags = {STATE: state.value}
    if problem:
        tags[PROBLEM] = shortened(problem)
    if result:
        tags[RESULT] = written(result)
    _tag(job.id, tags)
    with translated():
        MlflowClient().set_terminated(job.id, _STATUS[state])


def ask_to_cancel(job: Job, by: str) -> None:
    """Ask whoever does it to stop; work that nobody has begun ends at once."""
    if read(job.id).is_over:
        return
    _tag(job.id, {CANCEL: by})
    now = read(job.id)
    if now.state is JobState.WAITING and not now.worker:
        end(job, JobState.CANCELED)


def log_metrics(job: Job, figures: Mapping[str, float]) -> None:
    """Put figures on the run, where MLflow compares them."""
    now = round(time.time() * 1000)
    metrics = [Metric(name, float(value), now, 0) for name, value in figures.items()]
    # MLflow gives figures to the model that this thread has loaded last, be it what it may.
    with translated(), ThreadPoolExecutor(max_workers=1) as untouched:
        untouched.submit(MlflowClient().log_batch, job.id, metrics=metrics).result()


def log_table(job: Job, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put a table on the run, as `{name}.json`; an empty one is not written."""
    if rows:
        with translated():
            # As objects: of pandas' own type of texts MLflow knows nothing yet.
            MlflowClient().log_table(job.id, pd.DataFrame(rows, dtype=object), f"{name}.json")


def table(job: Job, name: str) -> list[dict[str, Any]]:
    """Return a table of the run; none is an empty one."""
    with translated():
        client = MlflowClient()
        if f"{name}.json" not in {each.path for each in client.list_artifacts(job.id)}:
            return []
        found = mlflow.artifacts.load_dict(_artifact(job, f"{name}.json"))
    return [dict(zip(found["columns"], row, strict=True)) for row in found["data"]]


def attend() -> None:
    """Say that somebody is there who does the work."""
    with translated():
        MlflowClient().set_experiment_tag(_experiment(), ATTENDED, _now())


def watches(worker: str) -> bool:
    """Tell whether this worker is the one that watches; take it over if nobody else does."""
    client, now = MlflowClient(), datetime.now(UTC)
    with translated():
        found = client.get_experiment_by_name(EXPERIMENT)
        other, _, at = (found.tags.get(WATCHED, "") if found else "").partition(" ")
        since = now - datetime.fromisoformat(at) if at else LOST_AFTER
        if other != worker and since < LOST_AFTER:
            return False
        if other == worker and since < LOST_AFTER / 3:
            return True
        client.set_experiment_tag(_experiment(), WATCHED, claim_of(worker))
    return True


def watch_no_more(worker: str) -> None:
    """Let another worker watch at once."""
    client = MlflowClient()
    with translated():
        found = client.get_experiment_by_name(EXPERIMENT)
        if found and found.tags.get(WATCHED, "").startswith(f"{worker} "):
            client.set_experiment_tag(found.experiment_id, WATCHED, "")


def attended_at() -> datetime | None:
    """Return when somebody was last there who does the work."""
    with translated():
        found = MlflowClient().get_experiment_by_name(EXPERIMENT)
    said = found.tags.get(ATTENDED) if found else None
    return datetime.fromisoformat(said) if said else None


def _put(job: Job, parameters: Mapping[str, Any]) -> Job:
    client = MlflowClient()
    with translated():
        run = client.create_run(
            _experiment(),
            start_time=milliseconds(job.asked_at),
            run_name=f"{job.kind.value.replace('_', ' ')} {job.subject or job.endpoint}",
            # Nobody may begin before everything that was asked for is there.
            tags={key: tag for key, tag in job.tags().items() if key != STATE},
        )
        client.log_dict(run.info.run_id, dict(parameters), PARAMETERS)
    return replace(job, id=run.info.run_id)


def _search(clauses: Sequence[str], order: str, most: int) -> list[Job]:
    with translated():
        found = MlflowClient().search_runs(
            [_experiment()],
            filter_string=" AND ".join(clauses),
            max_results=most,
            order_by=[order],
        )
    return [job for run in found if (job := _job(run))]


def _job(run: Run) -> Job | None:
    ended = run.info.end_time
    return job_from(
        run.data.tags,
        run.info.run_id,
        time_of(run.info.start_time),
        time_of(ended) if ended else None,
        run.data.params.get(CLAIM, ""),
    )


def _experiment() -> str:
    return _experiment_of(mlflow.get_tracking_uri())


@cache
def _experiment_of(_tracking_uri: str) -> str:
    """Return the id of the experiment, which is looked for once: it is needed every second."""
    return experiment(MlflowClient(), EXPERIMENT)


def _tag(run_id: str, tags: Mapping[str, str]) -> None:
    with translated():
        MlflowClient().log_batch(run_id, tags=[RunTag(key, tag) for key, tag in tags.items()])


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _artifact(job: Job, path: str) -> str:
    return f"runs:/{job.id}/{path}"
