"""What is done with picked requests on a running workspace: a queue, a dataset, a replay."""

import time

import pytest

from backend.endpoint_tests.plan import Dataset
from backend.errors import AlreadyExists, NotAllowed, Refused
from backend.jobs.kinds import RUNNERS
from backend.jobs.worker import Worker
from tests.contract.logged import ENDPOINT


@pytest.fixture(scope="module")
def ana(logged):
    """An analyst, who picks."""
    return logged.ana


def test_picked_answers_are_added_to_a_queue_once(logged, ana):
    """One whose trace is not in MLflow is named."""
    ids = [logged.request("holidays"), logged.request("late"), "not-in-mlflow"]

    came = ana.picked.add_to_queue(ana.viewer, ENDPOINT, ids, " Picked  ones ")
    again = ana.picked.add_to_queue(ana.viewer, ENDPOINT, ids[:1], "Picked ones")

    assert (came.name, came.added, came.left_out) == (
        "Picked ones",
        tuple(ids[:2]),
        ("not-in-mlflow",),
    )
    assert again.added == (ids[0],)
    assert ana.picked.queues(ana.viewer, ENDPOINT).count("Picked ones") == 1
    with pytest.raises(NotAllowed):
        logged.rita.picked.queues(logged.rita.viewer, ENDPOINT)
    with pytest.raises(Refused):
        ana.picked.add_to_queue(ana.viewer, ENDPOINT, ids, "  ")


def test_picked_requests_become_records_with_what_is_right(logged, ana):
    """The corrected answer is expected; a set of that name is not made twice."""
    ids = [logged.request("and for me"), logged.request("holidays"), "not-on-record"]

    came = ana.picked.add_to_dataset(ana.viewer, ENDPOINT, ids, Dataset("picked"))

    assert (came.added, came.left_out) == (tuple(ids[:2]), ("not-on-record",))
    made = next(each for each in ana.picked.datasets(ana.viewer) if each.name == "picked")
    records = _records(made)
    said = [each["content"].strip() for each in records["and for me"]["inputs"]["messages"]]
    assert said == ["holidays", "five holidays", "and for me"]
    assert records["holidays"]["expectations"] == {"expected_response": "six holidays"}
    assert records["holidays"]["inputs"].keys() == {"messages"}
    with pytest.raises(AlreadyExists):
        ana.picked.add_to_dataset(ana.viewer, ENDPOINT, ids, Dataset("picked"))
    ana.picked.add_to_dataset(ana.viewer, ENDPOINT, ids, made)
    assert len(_records(made)) == 2


def _records(dataset):
    """Return what MLflow has, by the last thing that was asked."""
    from mlflow.genai import datasets  # noqa: PLC0415 - it takes seconds

    found = datasets.get_dataset(dataset_id=dataset.id).to_df().to_dict("records")
    return {each["inputs"]["messages"][-1]["content"]: each for each in found}


def test_picked_requests_are_asked_again_by_an_admin(logged, ana, as_app):
    """Just those, of the version that was chosen; an analyst may look only."""
    ids = [logged.request("canteen"), logged.request("holidays")]
    served = next(
        v for v in logged.admin.picked.versions(logged.admin.viewer, ENDPOINT) if v.version == "2"
    )
    assert ana.picked.repeatable(ana.viewer, ENDPOINT, [*ids, "not-on-record"]) == 2
    with pytest.raises(NotAllowed):
        ana.picked.replay(ana.viewer, ENDPOINT, ids, served.name)

    job = logged.admin.picked.replay(logged.admin.viewer, ENDPOINT, ids, served.name)
    worker, deadline = Worker(as_app, RUNNERS), time.monotonic() + 120
    worker.turn()
    while worker.is_busy:
        assert time.monotonic() < deadline, "the work was not done in time"
        time.sleep(0.05)

    answers = logged.admin.replays.open(logged.admin.viewer, job.id).answers
    assert {each.request_id: each.answer for each in answers} == {
        ids[0]: "none canteen",
        ids[1]: "none holidays",
    }
