"""Long work on a real MLflow store: asked for, taken by one worker, told of, ended."""

import threading
import time
from datetime import UTC, datetime, timedelta

import mlflow
import pytest

from backend.errors import NotFound, Refused
from backend.jobs.worker import LEFT, LOST, TOO_LONG, UNEXPECTED, Worker
from backend.long_work import runs as job_runs
from backend.long_work.record import (
    CLAIM,
    HEARTBEAT,
    LOST_AFTER,
    MOST_BYTES,
    Job,
    JobKind,
    JobState,
    Progress,
)

# MLflow's store on SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def job(experiment, request, tmp_path, monkeypatch):
    """Put a job on record; it is the only one that is not over."""
    monkeypatch.setattr(job_runs, "EXPERIMENT", f"jobs of {request.node.name}")
    monkeypatch.chdir(tmp_path)
    job_runs._experiment_of.cache_clear()
    client = mlflow.MlflowClient()
    client.create_experiment(job_runs.EXPERIMENT, (tmp_path / "artifacts").as_uri())
    asked = Job(JobKind.TEST_RUN, "chain", "chain_2", "admin@example.com", datetime.now(UTC))
    yield job_runs.ask(asked, {"questions": ["Why?"]})
    job_runs._experiment_of.cache_clear()


def worker(run, name="one") -> Worker:
    return Worker(None, {JobKind.TEST_RUN: run}, name, lambda *_: True)


def wait(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def finish(working: Worker) -> None:
    wait(lambda: not working.is_busy)


def test_work_is_taken_told_of_and_done(job):
    """Whoever asked finds what came of it, and what was asked for."""
    said = []

    def run(work):
        said.append(dict(work.parameters))
        work.tell(1, 2, "Asks the first question.")
        said.append(job_runs.read(job.id).progress)
        work.log_metrics({"latency_p50_ms": 12.0})
        work.log_table("answers", [{"question": "Why?", "seconds": 1.5}])
        work.log_table("answers", [{"question": "When?", "seconds": 2.5}])
        work.result["asked"] = 2

    assert job_runs.read(job.id).state is JobState.WAITING
    working = worker(run)
    working.turn()
    finish(working)

    done = job_runs.read(job.id)
    assert (done.state, done.result, done.problem) == (JobState.DONE, {"asked": 2}, "")
    assert done.worker == "one"
    assert said == [{"questions": ["Why?"]}, Progress(1, 2, "Asks the first question.")]
    assert [row["question"] for row in job_runs.table(done, "answers")] == ["Why?", "When?"]
    assert job_runs.table(done, "nothing") == []
    run = mlflow.get_run(job.id)
    assert run.data.metrics == {"latency_p50_ms": 12.0}
    assert run.info.status == "FINISHED"
    assert job_runs.not_over() == []
    assert job_runs.latest("chain") == [done]


def test_work_that_waits_is_called_off_at_once(job):
    """Nobody begins it any more."""
    begun = []

    job_runs.ask_to_cancel(job, "admin@example.com")
    worker(begun.append).turn()

    assert job_runs.read(job.id).state is JobState.CANCELED
    assert begun == []


def test_work_under_way_stops_when_it_is_called_off(job):
    """It does when it next tells how far it is; what it found until then is kept."""
    has_begun = threading.Event()

    def run(work):
        work.result["asked"] = 1
        has_begun.set()
        while True:
            work._told_at = float("-inf")
            work.tell(1, 100, "Asks.")

    working = worker(run)
    working.turn()
    assert has_begun.wait(10)
    job_runs.ask_to_cancel(job_runs.read(job.id), "admin@example.com")
    finish(working)

    ended = job_runs.read(job.id)
    assert (ended.state, ended.problem, ended.result) == (JobState.CANCELED, "", {"asked": 1})
    assert ended.is_cancel_asked


def test_calling_off_what_is_over_changes_nothing(job):
    """It was faster."""
    working = worker(lambda work: None)
    working.turn()
    finish(working)

    job_runs.ask_to_cancel(job, "admin@example.com")

    assert job_runs.read(job.id).state is JobState.DONE
    assert not job_runs.read(job.id).is_cancel_asked


@pytest.mark.parametrize("has_told", [True, False])
def test_work_somebody_died_over_has_failed(job, has_told):
    """Whoever looks next says so, whether the dead one had begun or only taken it."""
    long_ago = (datetime.now(UTC) - 2 * LOST_AFTER).isoformat()
    client = mlflow.MlflowClient()
    client.log_param(job.id, CLAIM, f"dead {long_ago}")
    if has_told:
        client.set_tag(job.id, "reviewapp.job.state", "running")
        client.set_tag(job.id, HEARTBEAT, long_ago)

    worker(lambda work: None, "other").turn()

    ended = job_runs.read(job.id)
    assert (ended.state, ended.problem) == (JobState.FAILED, LOST)


def test_step_that_takes_long_is_not_taken_for_lost(job, monkeypatch):
    """The worker says that it is alive, whatever the work is doing."""
    may_end = threading.Event()
    working = worker(lambda work: may_end.wait(10))
    working.turn()
    long_ago = datetime.now(UTC) - 2 * LOST_AFTER
    mlflow.MlflowClient().set_tag(job.id, HEARTBEAT, long_ago.isoformat())
    monkeypatch.setattr("backend.jobs.worker.HEARTBEAT_SECONDS", 0.0)

    working.turn()

    assert datetime.now(UTC) - job_runs.read(job.id).heartbeat_at < timedelta(seconds=10)
    may_end.set()
    finish(working)
    assert job_runs.read(job.id).state is JobState.DONE


def refuse(_work):
    raise Refused("The endpoint takes no questions.")


def break_down(_work):
    raise KeyError("choices")


def say_too_much(work):
    work.result["answers"] = "x" * (MOST_BYTES + 1)


@pytest.mark.parametrize(
    ("run", "problem"),
    [
        (refuse, "The endpoint takes no questions. (REQUEST_REFUSED)"),
        (break_down, UNEXPECTED),
        (say_too_much, TOO_LONG),
    ],
)
def test_what_goes_wrong_is_a_sentence(job, run, problem, caplog):
    """And the worker works on."""
    working = worker(run)
    working.turn()
    finish(working)

    ended = job_runs.read(job.id)
    assert (ended.state, ended.problem) == (JobState.FAILED, problem)
    assert mlflow.get_run(job.id).info.status == "FAILED"
    working.turn()


def test_two_workers_never_do_the_same(job):
    """Who comes second leaves it alone, even if both saw it waiting."""
    assert [job_runs.claim(job, name) for name in ("one", "two")] == [True, False]
    assert job_runs.read(job.id).worker == "one"


def test_many_workers_at_once_do_it_once(job):
    """However close they are."""
    begun = []
    barrier = threading.Barrier(4)

    def come(name):
        working = worker(begun.append, name)
        barrier.wait()
        working.turn()
        finish(working)

    threads = [threading.Thread(target=come, args=(f"worker-{n}",)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(begun) == 1
    assert job_runs.read(job.id).state is JobState.DONE


def test_worker_that_has_to_end_says_so_of_what_it_leaves(job, monkeypatch):
    """Also of a step that cannot be stopped, after seconds."""
    monkeypatch.setattr("backend.jobs.worker.LEAVE_SECONDS", 0.1)
    may_end = threading.Event()
    working = worker(lambda work: may_end.wait(10))
    working.turn()

    working.leave()

    ended = job_runs.read(job.id)
    assert (ended.state, ended.problem) == (JobState.FAILED, LEFT)
    may_end.set()
    finish(working)


def test_work_that_listens_ends_with_its_worker(job):
    """It hears of it when it next tells how far it is."""
    has_begun = threading.Event()

    def run(work):
        while True:
            has_begun.set()
            work.tell(0, 0, "Asks.")

    working = worker(run)
    working.turn()
    assert has_begun.wait(10)

    working.leave()

    assert not working.is_busy
    assert job_runs.read(job.id).problem == LEFT


def test_of_a_kind_nobody_does_nothing_is_taken(job):
    """It waits for a worker that knows it."""
    Worker(None, {}).turn()

    assert job_runs.read(job.id).state is JobState.WAITING


def test_who_is_there_says_so(job):
    """By it a page tells whether anybody will begin."""
    assert job_runs.attended_at() is None

    job_runs.attend()

    assert datetime.now(UTC) - job_runs.attended_at() < timedelta(seconds=10)


def test_another_run_is_no_job(job, experiment):
    """An address can name any run of MLflow's."""
    other = mlflow.MlflowClient().create_run(experiment)

    with pytest.raises(NotFound):
        job_runs.read(other.info.run_id)


def test_one_of_several_watches(job):
    """Another begins when it has ended, or has not been heard of for long."""
    assert job_runs.watches("one")
    assert not job_runs.watches("two")
    assert job_runs.watches("one")

    job_runs.watch_no_more("two")
    assert not job_runs.watches("two")
    job_runs.watch_no_more("one")
    assert job_runs.watches("two")

    long_ago = (datetime.now(UTC) - 2 * LOST_AFTER).isoformat()
    client = mlflow.MlflowClient()
    client.set_experiment_tag(job_runs._experiment(), job_runs.WATCHED, f"two {long_ago}")
    assert job_runs.watches("one")
