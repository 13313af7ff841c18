"""A person who is erased is gone from tables, traces, spool and disk; nobody else loses a row."""

import shutil
import threading
import warnings
from pathlib import Path

import mlflow
import pyarrow.parquet as pq
import pytest
import requests
from databricks.sdk import WorkspaceClient

from backend.connection import open_workspace
from backend.endpoint_tests.plan import Dataset
from backend.erasure.erasures import Erasures, Progress
from backend.erasure.protocol import Kind, Outcome
from backend.identity import Identity
from backend.picked_requests import records
from backend.picked_requests.picked import record_of
from backend.request_logs.former_request import FormerRequest
from local_workspace import running_workspace
from local_workspace.client import LocalClient
from local_workspace.inference_tables.table_layout import TableKind
from tests.processes.conftest import api, client_environment, wait_for
from tests.processes.recorded import rows
from tests.processes.recording import judged_endpoint, older_endpoint
from tests.registered_models import question

ENDPOINT = "erasing"
GONE, STAYS = "zq-person-who-goes", "zq-person-who-stays"


class Somebody:
    """A reviewer who asks and judges."""

    def __init__(self, connection, name: str, endpoint: str = ENDPOINT) -> None:
        self.name = f"{name}@example.com"
        owner = LocalClient(connection.host, connection.token)
        owner.ensure_user(self.name, name, "reviewers")
        owner.grant(endpoint, "CAN_QUERY", ["reviewers"])
        form = {"grant_type": "authorization_code", "code": owner.sign_in_code(self.name)}
        answer = requests.post(f"{connection.host}/oidc/v1/token", data=form, timeout=30)
        self.token = answer.json()["access_token"]
        self._url = f"{connection.host}/serving-endpoints/{endpoint}"

    def ask(self, text: str) -> str:
        answer = self._post("/invocations", question(text))
        return answer.json()["databricks_output"]["databricks_request_id"]

    def judge(self, request_id: str, comment: str) -> None:
        rating = {"ratings": {"answer_correct": {"value": "negative"}}}
        record = {
            "request_id": request_id,
            "text_assessments": [{**rating, "free_text_comment": comment}],
        }
        path = "/served-models/feedback/invocations"
        self._post(path, {"dataframe_records": [record]})

    def _post(self, path: str, body: dict) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.post(self._url + path, json=body, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
def workspace(seeded, tmp_path_factory):
    """A running workspace of this module's own, with an endpoint that takes verdicts."""
    folder = tmp_path_factory.mktemp("erased") / "data"
    shutil.copytree(seeded, folder)
    with running_workspace(folder) as connection, client_environment(connection):
        judged_endpoint(connection, ENDPOINT)
        yield connection, folder


def opened(connection) -> WorkspaceClient:
    return open_workspace(connection.host, connection.token)


def files_with(folder: Path, text: str) -> list[str]:
    """Return every file in which this text is, also where it is compressed."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and text.encode() in _content(path)
    ]


def _content(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        if path.suffix == ".parquet":
            raw += str(pq.read_table(path).to_pylist()).encode()
    except FileNotFoundError:
        return b""
    return raw


def test_erased_person_is_nowhere_and_the_other_has_everything(workspace):
    """While the one who stays goes on, no file holds a word of the other; the protocol says so."""
    connection, folder = workspace
    goes, stays = Somebody(connection, GONE), Somebody(connection, STAYS)
    theirs = [goes.ask(f"secret-goes {number}") for number in range(3)]
    own = [stays.ask(f"kept-before {number}") for number in range(3)]
    goes.judge(own[0], "secret-goes of another's answer")
    goes.judge(theirs[0], "secret-goes of an own answer")
    stays.judge(theirs[1], "secret-goes is what should have been said")
    stays.judge(own[1], "kept-comment")
    _wait_for_mlflow(6)
    erasures = Erasures(opened(connection))
    viewer = Identity(opened(connection)).viewer()
    done = threading.Event()
    asked_meanwhile: list[str] = []

    def go_on() -> None:
        while not done.is_set():
            request_id = stays.ask("kept-meanwhile")
            stays.judge(request_id, "kept-comment")
            asked_meanwhile.append(request_id)

    busy = threading.Thread(target=go_on)
    busy.start()
    try:
        *progress, protocol = erasures.erase(viewer, goes.name, "Letter 12")
    finally:
        done.set()
        busy.join()

    assert all(isinstance(each, Progress) for each in progress)
    assert not [part for part in protocol.parts if not part.is_clean]
    assert protocol.outcome is Outcome.COMPLETE
    found = {(part.kind, part.place): part.found for part in protocol.parts if part.found}
    prefix = f"main.records.{ENDPOINT}_payload"
    (traces,) = [number for (kind, _), number in found.items() if kind is Kind.TRACES]
    (verdicts,) = [number for (kind, _), number in found.items() if kind is Kind.VERDICTS]
    assert found[Kind.ROWS, f"{prefix}_request_logs"] == 3
    assert found[Kind.ROWS, f"{prefix}_assessment_logs"] == 3
    assert found[Kind.ROWS, prefix] == 6
    assert (traces, verdicts) == (3, 1)
    assert len(asked_meanwhile) > 0
    logs = rows(folder, ENDPOINT, TableKind.REQUEST_LOGS)
    kept = {row["databricks_request_id"] for row in logs}
    assert kept == {*own, *asked_meanwhile}
    judged = rows(folder, ENDPOINT, TableKind.ASSESSMENT_LOGS)
    assert sorted(row["request_id"] for row in judged) == sorted([own[1], *asked_meanwhile])
    assert len(rows(folder, ENDPOINT)) == len(kept) + len(judged)
    wait_for(lambda: not files_with(folder, "secret-goes"), 20)
    assert files_with(folder, "kept-meanwhile")
    known = erasures.former(viewer)
    assert [each.id for each in known if each.is_of(goes.name)] == [protocol.id]
    assert erasures.protocol(viewer, protocol.id) == protocol


def test_older_tables_of_a_deleted_endpoint_are_found(workspace):
    """Tables outlive their endpoint, and the legacy ones name the person in another column."""
    connection, folder = workspace
    older_endpoint(connection, "older")
    goes, stays = Somebody(connection, "zq-old", "older"), Somebody(connection, "zq-new", "older")
    goes.ask("secret-old")
    kept = stays.ask("kept-old")
    assert api(connection, "DELETE", "/api/2.0/serving-endpoints/older").status_code == 200

    erasures = Erasures(opened(connection))
    *_, protocol = erasures.erase(Identity(opened(connection)).viewer(), goes.name.upper(), "1")

    assert protocol.outcome is Outcome.COMPLETE
    for kind in (TableKind.LEGACY_PAYLOAD, TableKind.REQUEST_LOGS):
        (row,) = rows(folder, "older", kind, is_legacy=True)
        assert row["databricks_request_id"] == kept
    wait_for(lambda: not files_with(folder, "secret-old"), 20)


def test_what_was_kept_for_evaluation_is_nowhere_either(workspace):
    """The copy is all there is of this person, so MLflow's file is cleaned because of it alone."""
    connection, folder = workspace
    asked = {"zq-copied@example.com": "secret-copied", "zq-other@example.com": "kept-copied"}
    former = [
        FormerRequest(f"r-{text}", answer=text, asked_by=name, body=question(text * 2000))
        for name, text in asked.items()
    ]
    experiment = mlflow.create_experiment("copies")
    made = [record_of(each, ENDPOINT, (), None) for each in former]
    records.add(experiment, Dataset("copies"), made)
    assert files_with(folder, "secret-copied")

    erasures = Erasures(opened(connection))
    viewer = Identity(opened(connection)).viewer()
    *_, protocol = erasures.erase(viewer, "zq-copied@example.com", "2")

    assert protocol.outcome is Outcome.COMPLETE
    assert [part.found for part in protocol.parts if part.found] == [1]
    wait_for(lambda: not files_with(folder, "secret-copied"), 20)
    assert files_with(folder, "kept-copied")


def _wait_for_mlflow(traces: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        everywhere = [each.experiment_id for each in mlflow.search_experiments()]
        search = mlflow.MlflowClient().search_traces
        wait_for(lambda: len(search(locations=everywhere, include_spans=False)) >= traces, 20)
