"""Long work on a running workspace: the rights the app is lent, and the process that does it."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import mlflow
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied

from backend.errors import NotAllowed
from backend.identity import Identity, Role, Viewer
from backend.jobs.worker import NOT_AGREED, Worker
from backend.long_work import runs as job_runs
from backend.long_work.long_work import LongWork
from backend.long_work.record import Job, JobKind, JobState
from tests.contract.conftest import ask, create_endpoint
from tests.contract.jobs_process import ROOT, app_variables, jobs_process

ENDPOINT = "long_work"


@pytest.fixture(scope="module")
def variables(workspace) -> dict[str, str]:
    return app_variables(dict(workspace))


@pytest.fixture(scope="module")
def served(client, scripted):
    create_endpoint(client, ENDPOINT, scripted)
    yield ENDPOINT
    client.serving_endpoints.delete(ENDPOINT)


@pytest.fixture(scope="module")
def admin(as_person) -> WorkspaceClient:
    return as_person("admins")


def test_whoever_asks_for_work_lends_the_app_the_right_to_do_it(served, admin, as_app):
    """With the admin's own token; before, the app may not ask the endpoint anything."""
    viewer = Identity(admin).viewer()
    work = LongWork(admin, lambda: as_app)
    with pytest.raises(PermissionDenied):
        ask(as_app, served, "hello")

    job = work.ask(viewer, JobKind.TEST_RUN, served, "", {"questions": ["hello"]})
    said = []
    working = Worker(
        as_app, {JobKind.TEST_RUN: lambda work: said.append(ask(work.workspace, served, "hello"))}
    )
    working.turn()
    while working.is_busy:
        time.sleep(0.05)

    assert said == ["hello"]
    done = work.read(viewer, job.id)
    assert (done.state, done.by) == (JobState.DONE, viewer.user_name)
    assert [each.id for each in work.latest(viewer, served)] == [job.id]
    assert work.parameters(viewer, job) == {"questions": ["hello"]}


def test_who_may_not_manage_the_endpoint_has_no_work_done(served, as_person, as_app, client):
    """The workspace says who may, not the group alone; and nobody sees what is not theirs."""
    reviewer = Viewer("reviewers@example.com", "Reviewer", frozenset({Role.REVIEWER}))
    analyst = as_person("analysts")
    work = LongWork(analyst, lambda: as_app)
    detail = client.serving_endpoints.get(served)
    entry = {"group_name": "analysts", "permission_level": "CAN_QUERY"}
    path = f"/api/2.0/permissions/serving-endpoints/{detail.id}"
    client.api_client.do("PATCH", path, body={"access_control_list": [entry]})
    pretended = Viewer("analysts@example.com", "Analyst", frozenset({Role.ADMIN}))

    with pytest.raises(NotAllowed):
        work.ask(pretended, JobKind.TEST_RUN, served, "", {})
    with pytest.raises(NotAllowed):
        work.latest(reviewer, served)


def test_work_nobody_who_manages_the_endpoint_has_asked_for_is_not_done(served, admin, as_app):
    """Others may write to MLflow; what they put there, or change there, is no order to the app."""
    viewer, work = Identity(admin).viewer(), LongWork(admin, lambda: as_app)
    begun = []
    asked = Job(JobKind.TEST_RUN, served, "", viewer.user_name, datetime.now(UTC))
    forged = job_runs.ask(asked, {"questions": ["hello"]})
    changed = work.ask(viewer, JobKind.TEST_RUN, served, "", {"questions": ["hello"]})
    mlflow.MlflowClient().log_dict(changed.id, {"questions": ["raise"]}, job_runs.PARAMETERS)

    working = Worker(as_app, {JobKind.TEST_RUN: begun.append})
    working.turn()
    while working.is_busy:
        time.sleep(0.05)

    for job in (forged, changed):
        ended = work.read(viewer, job.id)
        assert (ended.state, ended.problem) == (JobState.FAILED, f"{NOT_AGREED} (NOT_ALLOWED)")
    assert begun == []


def test_process_says_that_it_is_there_and_ends_within_seconds(variables, as_app, tmp_path):
    """What is told to end is gone before whoever told it loses patience."""
    work = LongWork(as_app, lambda: as_app)
    log = tmp_path / "jobs.log"
    begun = datetime.now(UTC)
    with jobs_process(variables, log) as process:
        deadline = time.monotonic() + 60
        while not (seen := work.attended_at()) or seen < begun:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        assert work.is_attended()

        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0
    assert log.read_text() == ""


def test_once_ends_when_nothing_waits(variables):
    """So that a scheduler can start it again and again."""
    command = [sys.executable, "-m", "backend.jobs", "--once"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_without_its_settings_it_ends_with_a_sentence(variables):
    """And no stack trace."""
    missing = os.environ | variables | {"DATABRICKS_HOST": ""}
    command = [sys.executable, "-m", "backend.jobs"]
    done = subprocess.run(
        command, cwd=ROOT, env=missing, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    assert "DATABRICKS_HOST" in done.stderr
    assert "Traceback" not in done.stderr
