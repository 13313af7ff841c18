"""Exports of a running workspace, fetched over HTTP as a browser does: the file is the query."""

import csv
import io
import json
import threading
import zipfile
from contextlib import contextmanager

import pyarrow.parquet as pq
import pytest
import requests
import uvicorn
from databricks.sdk.service.serving import EndpointCoreConfigInput, ServedEntityInput
from starlette.applications import Starlette

import app
from backend.connection import open_workspace
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Identity
from backend.log_export import exports as log_exports
from backend.log_export import reading
from backend.log_export.exports import LogExport
from backend.log_export.record import Kind, State, Wanted
from backend.request_logs.query import LogQuery, Said
from backend.tables import sql
from components.session import COOKIE
from tests.contract.conftest import ask, entity
from tests.contract.deployed import allow
from tests.contract.jobs_process import app_variables

ENDPOINT = "exported"
EVERYTHING = LogQuery(ENDPOINT)
QUESTIONS = [
    "=HYPERLINK(1)",
    "<b>bold</b> \u202e *mark* \u0000 null",
    'says "hi",\nthen leaves',
    *(f"question {number}" for number in range(9)),
]


@pytest.fixture(scope="module")
def asked(client, scripted):
    """A dozen answers, one of them called wrong with a corrected one; their ids, oldest first."""
    table = {"catalog_name": "main", "schema_name": "contract", "table_name_prefix": "exported"}
    config = EndpointCoreConfigInput(
        name=ENDPOINT,
        served_entities=[
            entity(scripted, 1, name="chain"),
            ServedEntityInput(
                name="feedback", entity_name="main.contract.feedback", entity_version="1"
            ),
        ],
    )
    body = config.as_dict() | {"inference_table_config": table | {"enabled": True}}
    gateway = {"inference_table_config": body.pop("inference_table_config")}
    path = "/api/2.0/serving-endpoints"
    client.api_client.do(
        "POST", path, body={"name": ENDPOINT, "config": body, "ai_gateway": gateway}
    )
    client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    allow(client, ENDPOINT, analysts="CAN_VIEW")
    for text in QUESTIONS:
        ask(client, ENDPOINT, text)
    log = "`main`.`contract`.`exported_payload_request_logs`"
    found = sql.rows(client, f"SELECT * FROM {log} ORDER BY timestamp, databricks_request_id", {})
    me = Identity(client).viewer()
    verdict = Verdict(
        found[3]["databricks_request_id"],
        me.user_name,
        Thumb.NEGATIVE,
        comment="+1 *wrong*",
        corrected_answer="Better.",
    )
    Feedback(client, lambda: client).submit(me, ENDPOINT, verdict)
    return found


@pytest.fixture(scope="module")
def site(workspace):
    """The app's own addresses on a port, as uvicorn serves them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in app_variables(dict(workspace)).items():
            patch.setenv(name, value)
        inner = Starlette(routes=app.ROUTES, middleware=app.MIDDLEWARE)
        config = uvicorn.Config(inner, port=0, log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "it did not start"
        (socket,) = server.servers[0].sockets
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        server.should_exit = True
        thread.join()


class Analyst:
    """What the page does for one person, and that person's browser."""

    def __init__(self, client, site):
        self.token, self.site = client.config.token, site
        self.viewer = Identity(client).viewer()
        self.exports = LogExport(client)

    def prepare(self, kind=Kind.CSV, query=EVERYTHING):
        return self.exports.prepare(self.viewer, Wanted(query, kind))

    @contextmanager
    def fetching(self, export, **options):
        address = f"{self.site}/export/requests/{export.id}"
        # Not the machine's proxy or its credentials.
        with requests.Session() as browser:
            browser.trust_env = False
            cookies = {COOKIE: options.pop("token", self.token)}
            yield browser.get(address, cookies=cookies, timeout=60, **options)

    def fetch(self, export, **options):
        with self.fetching(export, **options) as answer:
            return answer

    def archive(self, *wanted):
        export = self.prepare(*wanted)
        answer = self.fetch(export)
        assert answer.status_code == 200, answer.text
        assert self.exports.read(self.viewer, export.id).state is State.DONE
        return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.fixture(scope="module")
def ana(as_person, site, host):
    return Analyst(open_workspace(host, as_person("analysts").config.token), site)


def ids(rows):
    return [row["databricks_request_id"] for row in rows]


def test_csv_is_what_the_query_finds(ana, asked):
    """Each request once, oldest first, and none of its cells is a formula."""
    text = ana.archive(Kind.CSV).read("requests.csv").decode()

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["request_id"] for row in rows] == ids(asked)
    assert rows[0]["question"] == "'=HYPERLINK(1)"
    assert rows[2]["question"] == QUESTIONS[2]
    assert [row["request_body"] for row in rows] == [row["request_raw"] for row in asked]
    assert (rows[3]["thumbs_down"], rows[3]["comments"]) == ("1", "'+1 *wrong*")


def test_jsonl_and_parquet_say_the_same(ana, asked):
    """Whatever the format, the cells are those of the tables."""
    lines = ana.archive(Kind.JSONL).read("requests.jsonl").decode().splitlines()
    table = pq.read_table(io.BytesIO(ana.archive(Kind.PARQUET).read("requests.parquet")))

    documents = [json.loads(line) for line in lines]
    for found in (documents, table.to_pylist()):
        assert [each["request_id"] for each in found] == ids(asked)
        assert [each["question"] for each in found] == [row["request"] for row in asked]
        assert [each["response_body"] for each in found] == [row["response_raw"] for row in asked]
        assert [each["trace"] for each in found] == [row["trace"] for row in asked]
    assert documents[3]["verdicts"][0]["corrected_answer"] == "Better."


def test_dataset_expects_what_people_say_is_right(ana, asked):
    """Inputs as they were sent, without what is beside the question."""
    lines = ana.archive(Kind.DATASET).read("dataset.jsonl").decode().splitlines()

    records = [json.loads(line) for line in lines]
    assert records[3]["inputs"]["messages"][0]["content"] == QUESTIONS[3]
    assert records[3]["expectations"] == {"expected_response": "Better."}
    assert records[4]["expectations"] == {}


def test_filter_holds_in_the_file_and_is_in_the_manifest(ana, asked):
    """What is on the page is what is taken away, and the statement can be run again."""
    archive = ana.archive(Kind.JSONL, LogQuery(ENDPOINT, said=Said.DOWN))

    (line,) = archive.read("requests.jsonl").decode().splitlines()
    manifest = json.loads(archive.read("manifest.json"))
    assert json.loads(line)["request_id"] == asked[3]["databricks_request_id"]
    assert manifest["counts"] == {
        "requests": 1,
        "judged": 1,
        "verdicts": 1,
        "without_their_bodies": 0,
    }
    again = sql.rows(
        ana.exports._workspace, manifest["sql"]["statement"], manifest["sql"]["parameters"]
    )
    assert [row["id"] for row in again] == [asked[3]["databricks_request_id"]]


def test_several_pages_make_the_same_file(ana, asked, monkeypatch):
    """Where a page ends nothing is lost, repeated or judged by somebody else's verdict."""
    pages = reading.Reading.pages
    monkeypatch.setattr(reading.Reading, "pages", lambda self: pages(self, 5))

    lines = ana.archive(Kind.JSONL).read("requests.jsonl").decode().splitlines()

    documents = [json.loads(line) for line in lines]
    assert [each["request_id"] for each in documents] == ids(asked)
    assert [len(each["verdicts"]) for each in documents] == [0, 0, 0, 1, *[0] * 8]


def test_others_get_a_page_instead(ana, asked, as_person):
    """Not signed in 401, a reviewer 403, and what is somebody else's does not exist."""
    export = ana.prepare()

    assert ana.fetch(export, token="").status_code == 401
    assert ana.fetch(export, token="made-up").status_code == 401
    assert ana.fetch(export, token=as_person("reviewers").config.token).status_code == 403
    admin = open_workspace(ana.exports._workspace.config.host, as_person("admins").config.token)
    assert ana.fetch(export, token=admin.config.token).status_code == 404
    assert ana.exports.read(ana.viewer, export.id).state is State.READY


def test_stopped_from_the_page_the_download_breaks_off(ana, asked, monkeypatch):
    """A browser sees a connection that ended too early, and what there is opens as no archive."""
    pages = reading.Reading.pages
    monkeypatch.setattr(reading.Reading, "pages", lambda self: pages(self, 1))
    export = ana.prepare()

    with ana.fetching(export, stream=True) as answer:
        parts = answer.iter_content(None)
        received = [next(parts)]
        ana.exports.stop(ana.viewer, export.id)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            received.extend(parts)

    assert not zipfile.is_zipfile(io.BytesIO(b"".join(received)))
    assert ana.exports.read(ana.viewer, export.id).state is State.STOPPED


def test_closed_browser_leaves_nothing_running(ana, asked, monkeypatch):
    """Whoever closes the tab can begin others at once."""
    pages, over = reading.Reading.pages, threading.Event()
    monkeypatch.setattr(reading.Reading, "pages", lambda self: pages(self, 1))
    end = log_exports._ALL.end

    def noticed(*arguments, **named):
        end(*arguments, **named)
        over.set()

    monkeypatch.setattr(log_exports._ALL, "end", noticed)
    export = ana.prepare()

    with ana.fetching(export, stream=True) as answer:
        next(answer.iter_content(100))
        answer.close()

    assert over.wait(20)
    assert ana.exports.read(ana.viewer, export.id).state is not State.RUNNING
