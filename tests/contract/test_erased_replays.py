"""Who is erased is erased from what was made of their questions, too.

That is what replays asked again, with answers and verdicts, and records of evaluation datasets.
"""

import time

import mlflow
import pytest
import requests
from databricks.sdk.service.iam import ComplexValue

from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.endpoint_tests.plan import Dataset
from backend.erasure.erasures import Erasures
from backend.erasure.protocol import Outcome
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Identity
from backend.jobs.kinds import RUNNERS
from backend.jobs.worker import Worker
from backend.long_work.long_work import LongWork
from backend.long_work.record import JobState
from backend.picked_requests.picked import PickedRequests
from backend.replay.bisections import Bisections
from backend.replay.marks import FIRST_ASKED_BY
from backend.replay.record import Said, Wanted
from backend.replay.replays import Replays
from backend.tables import sql
from backend.turns.answers import Conversation
from local_workspace.client import LocalClient
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register

MODEL = "main.contract.replayed_person"
ENDPOINT = "agents_main-contract-replayed_person"
SERVED = "main-contract-replayed_person_1"
GOES, STAYS = "Zoe@example.com", "yan@example.com"


@pytest.fixture(scope="module")
def chain(client, workspace):
    register(MODEL, "chat_model", input_example=question("hello"))
    deploy(client, MODEL)
    allow(client, ENDPOINT, reviewers="CAN_QUERY")


@pytest.fixture(scope="module")
def person(client, host, chain):
    """Return a workspace opened by a reviewer of this name."""

    def sign_in(name):
        ids = {each.display_name: each.id for each in client.groups.list()}
        client.users.create(user_name=name, groups=[ComplexValue(value=ids["reviewers"])])
        path = "/__local__/sign-in-codes"
        code = client.api_client.do("POST", path, body={"user_name": name})["code"]
        form = {"grant_type": "authorization_code", "code": code}
        answer = requests.post(f"{host}/oidc/v1/token", data=form, timeout=30)
        return open_workspace(host, answer.json()["access_token"])

    return sign_in


def ask(workspace, text):
    talk = Conversation(f"erased-{text}", ENDPOINT)
    return list(Chat(workspace).ask(ENDPOINT, talk, text))[-1].request_id


def texts(client, word):
    """Return in how many rows of each table a word is found."""
    prefix = "main.contract.replayed_person_payload"
    bodies = {"": "request", "_request_logs": "request_raw", "_assessment_logs": "request_id"}
    return {
        suffix: int(
            sql.rows(
                client,
                f"SELECT count(*) AS n FROM {prefix}{suffix} WHERE contains({column}, :word)",
                {"word": word},
            )[0]["n"]
        )
        for suffix, column in bodies.items()
    }


def traces_of(user):
    """Return the traces of what was asked again after this person."""
    everywhere = [each.experiment_id for each in mlflow.search_experiments()]
    found = mlflow.MlflowClient().search_traces(
        locations=everywhere, max_results=500, include_spans=False
    )
    said = [each.info.trace_metadata.get(FIRST_ASKED_BY, "") for each in found]
    return [each for each in said if each.lower() == user.lower()]


def kept_for_evaluation(name):
    """Return what the records of a dataset expect, by what was asked."""
    from mlflow.genai import datasets  # noqa: PLC0415 - it takes seconds

    found = datasets.get_dataset(name=name).to_df().to_dict("records")
    return {each["inputs"]["messages"][-1]["content"]: each["expectations"] for each in found}


def wait(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_erased_person_is_not_kept_by_replays_and_datasets(client, host, token, person):
    """Neither in tables, traces, datasets, nor with the runs; what others asked stays."""
    app = open_workspace(host, LocalClient(host, token).service_principal_token("review-app"))
    goes, stays = person(GOES), person(STAYS)
    secret, kept = ask(goes, "secret question"), ask(stays, "kept question")
    work, feedback = LongWork(client, lambda: app), Feedback(client, lambda: app)
    replays = Replays(client, lambda: app, work, feedback)
    bisections = Bisections(client, lambda: app, work, feedback)
    viewer = Identity(client).viewer()
    job = replays.begin(viewer, ENDPOINT, SERVED, Wanted(Said.NOTHING))
    search = bisections.begin(viewer, ENDPOINT, secret)
    worker = Worker(app, RUNNERS)
    worker.turn()
    wait(lambda: not worker.is_busy)
    replay = replays.open(viewer, job.id)
    assert replay.job.state is JobState.DONE, replay.job.problem
    again = {each.request_id: each.new_request_id for each in replay.answers}
    assert again.keys() == {secret, kept}
    for request_id in again.values():
        feedback.submit(viewer, ENDPOINT, Verdict(request_id, viewer.user_name, Thumb.POSITIVE))
    assert len(bisections.open(viewer, search.id).tries) == 1
    # Of a record of somebody else's question, only their word goes.
    zoe = Identity(goes).viewer()
    judged = Verdict(kept, zoe.user_name, corrected_answer="what Zoe says is right")
    Feedback(goes, lambda: app).submit(zoe, ENDPOINT, judged)
    picked = PickedRequests(client, feedback, replays)
    picked.add_to_dataset(viewer, ENDPOINT, [secret, kept], Dataset("erased-from"))
    assert kept_for_evaluation("erased-from") == {
        "secret question": {},
        "kept question": {"expected_response": "what Zoe says is right"},
    }
    # What is not in MLflow yet would not have to be taken out of it.
    wait(lambda: len(traces_of(GOES)) == 2)
    assert texts(client, "secret question") == {"": 3, "_request_logs": 3, "_assessment_logs": 0}

    *_, protocol = Erasures(client).erase(viewer, GOES, "Letter 7")

    assert [part for part in protocol.parts if not part.is_clean] == []
    assert protocol.outcome is Outcome.COMPLETE
    assert texts(client, "secret question") == {"": 0, "_request_logs": 0, "_assessment_logs": 0}
    assert texts(client, "kept question") == {"": 2, "_request_logs": 2, "_assessment_logs": 0}
    assert texts(client, again[secret]) == {"": 0, "_request_logs": 0, "_assessment_logs": 0}
    assert texts(client, again[kept])["_assessment_logs"] == 1
    left = replays.open(viewer, job.id)
    assert [each.request_id for each in left.answers] == [kept]
    assert work.table(viewer, search, "bisect") == []
    assert kept_for_evaluation("erased-from") == {"kept question": {}}
    assert not traces_of(GOES)
    assert traces_of(STAYS)
