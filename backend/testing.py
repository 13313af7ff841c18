"""Testing an endpoint from a notebook or a script, as the page of tests does.

    from backend.testing import ask, run_load, run_test

    print(ask("agents_main-support-chain", "How many days of leave are there?").answer)
    print(run_test("agents_main-support-chain", questions, version=3).figures)
    print(run_load("agents_main-support-chain", concurrency=8, seconds=30).figures)

It needs neither the app nor Streamlit, only what `WorkspaceClient()` and MLflow read from the
environment. What is run is on record like what is run from the page, and appears there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.connection import workspace_from_environment
from backend.endpoint_tests.asking import Caller, Trial, target
from backend.endpoint_tests.plan import TEST_PREFIX, LoadPlan, RunPlan, distinct
from backend.error_translation import translated
from backend.errors import NotFound, ReviewAppError
from backend.identity import Identity
from backend.jobs import load_test, test_run
from backend.jobs.work import CanceledByUserError, Work
from backend.long_work import runs as job_runs
from backend.long_work.record import Job, JobKind, JobState
from backend.serving.deployment_names import FEEDBACK

USUAL_QUESTION = "What can you do?"
# In the place of the name of a worker.
BY_CODE = "code"


@dataclass(frozen=True)
class Outcome:
    """What came of a run: its figures, its rows, and where it is on record."""

    run_id: str
    figures: dict[str, Any]
    rows: list[dict[str, Any]]


def ask(endpoint: str, question: str, version: str | int | None = None) -> Trial:
    """Ask one question as any client would; without a version the traffic decides who answers."""
    workspace = workspace_from_environment()
    served_name = _served_name(workspace, endpoint, version)
    with Caller(target(workspace, endpoint, served_name, TEST_PREFIX)) as caller:
        return caller.ask(question)


def run_test(
    endpoint: str,
    questions: Iterable[str],
    version: str | int | None = None,
    at_once: int = 1,
) -> Outcome:
    """Ask each question once; return latencies, the success rate, and the answers."""
    workspace = workspace_from_environment()
    served_name = _served_name(workspace, endpoint, version)
    plan = RunPlan(tuple(distinct(questions)), served_name, at_once, source="code")
    asked = _asked(workspace, JobKind.TEST_RUN, endpoint, served_name)
    return _run(workspace, asked, plan.parameters(), test_run.run, test_run.ANSWERS)


def run_load(
    endpoint: str,
    concurrency: int,
    seconds: int,
    questions: Sequence[str] = (USUAL_QUESTION,),
    version: str | int | None = None,
) -> Outcome:
    """Let so many ask at once for so long; return throughput, latencies and errors by second.

    These are real requests: they take capacity from others and are in the inference tables.
    """
    workspace = workspace_from_environment()
    served_name = _served_name(workspace, endpoint, version)
    plan = LoadPlan(tuple(distinct(questions)), concurrency, seconds, served_name)
    asked = _asked(workspace, JobKind.LOAD_TEST, endpoint, served_name)
    return _run(workspace, asked, plan.parameters(), load_test.run, load_test.SECONDS)


def _asked(workspace: WorkspaceClient, kind: JobKind, endpoint: str, served_name: str) -> Job:
    """Return the job to put on record."""
    by = Identity(workspace).viewer().user_name
    return Job(kind, endpoint, served_name, by, datetime.now(UTC))


def _run(
    workspace: WorkspaceClient,
    asked: Job,
    parameters: dict[str, Any],
    runner: Callable[[Work], None],
    table: str,
) -> Outcome:
    job = job_runs.begin(asked, parameters, BY_CODE)
    work = Work(job, parameters, workspace)
    with _ended(work):
        runner(work)
    return Outcome(job.id, work.result, job_runs.table(job, table))


@contextmanager
def _ended(work: Work) -> Iterator[None]:
    """Say on record what came of it, whatever that is."""
    try:
        yield
    except ReviewAppError as problem:
        said = f"{problem.sentence} ({problem.code})"
        job_runs.end(work.job, JobState.FAILED, said, work.result)
        raise
    except (CanceledByUserError, KeyboardInterrupt):
        job_runs.end(work.job, JobState.CANCELED, "", work.result)
        raise
    job_runs.end(work.job, JobState.DONE, "", work.result)


def _served_name(workspace: WorkspaceClient, endpoint: str, version: str | int | None) -> str:
    """Return the name under which the endpoint serves a version; no name without one."""
    if version is None:
        return ""
    with translated():
        config = workspace.serving_endpoints.get(endpoint).config
    for each in (config.served_entities if config else None) or []:
        if each.entity_version == str(version) and each.name and each.name != FEEDBACK:
            return each.name
    raise NotFound(f"The endpoint {endpoint!r} serves no version {version}.")
