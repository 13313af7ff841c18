"""A trace in MLflow's database, piece by piece: what MLflow's own store has written is read."""

import asyncio
import contextlib
import json
import sqlite3
import warnings
from pathlib import Path

import pytest

from local_workspace.span_reading.route import SpanRoute
from local_workspace.span_reading.spans import Spans, holds

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.entities import SpanEvent
    from mlflow.entities.trace_location import MlflowExperimentLocation

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
BASE = "/__local__/mlflow/traces"


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    """A store of MLflow's."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{path}")
    mlflow.MlflowClient().create_experiment("traced", f"file://{path.parent}/artifacts")
    yield path
    mlflow.set_tracking_uri(before)


@pytest.fixture(scope="module")
def trace(database):
    """A trace of two spans, the second of which failed; returns both."""
    place = MlflowExperimentLocation("1")
    with mlflow.start_span("chain", trace_destination=place) as root:
        root.set_inputs({"question": 'Say "hello"\nto the Straße'})
        root.set_attribute("mlflow.chat.tokenUsage", {"total_tokens": 12})
        try:
            with mlflow.start_span("look up", span_type="RETRIEVER") as below:
                below.set_outputs("x" * 5000)
                below.set_attribute("note", "z" * 30_000)
                below.add_event(SpanEvent("noted", attributes={"long": "z" * 30_000}))
                raise KeyError("nothing")
        except KeyError:
            pass
    mlflow.flush_trace_async_logging()
    return root, below


def _move(database, name, place):
    """Change where MLflow says that the spans are."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE trace_tags SET value = ? WHERE request_id = ? AND key = ?",
            (place, name, "mlflow.trace.spansLocation"),
        )


@pytest.fixture
def ask(database, trace):
    """Return a function that asks the route and returns status and document."""

    async def mlflow_answers(scope, _receive, send):
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b'"MLflow"'})

    def get(path, query="", method="GET"):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
        asyncio.run(SpanRoute(mlflow_answers, database)(scope, None, send))
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], json.loads(body)

    return get


def test_outline_has_what_a_tree_takes_and_no_content(ask, trace):
    """Column by column, in the order of time."""
    root, below = trace

    status, answer = ask(f"{BASE}/{root.trace_id}/spans")

    spans = answer["spans"]
    assert (status, answer["total"]) == (200, 2)
    assert spans["id"] == [root.span_id, below.span_id]
    assert spans["parent"] == ["", root.span_id]
    assert (spans["name"], spans["state"]) == (["chain", "look up"], ["OK", "ERROR"])
    assert spans["kind"][1] == "RETRIEVER"
    assert spans["start"][0] == root.start_time_ns
    assert spans["end"][0] == root.end_time_ns
    assert spans["bytes"][1] > 5000
    assert json.loads(spans["tokens"][0])["total_tokens"] == 12
    assert spans["tokens"][1] is None
    assert "xxxx" not in json.dumps(answer)
    assert "zzzz" not in json.dumps(answer)


def test_outline_is_cut_and_says_how_many_there_are(ask, trace):
    """A trace may have more spans than anybody can look at."""
    _status, answer = ask(f"{BASE}/{trace[0].trace_id}/spans", "most=1")

    assert (len(answer["spans"]["id"]), answer["total"]) == (1, 2)


def test_span_comes_with_its_content_cut(ask, trace):
    """Its texts say how long they are."""
    root, below = trace

    status, answer = ask(f"{BASE}/{root.trace_id}/spans/{below.span_id}", "most=100")

    assert status == 200
    assert len(answer["span"]["attributes"]["mlflow.spanOutputs"]) == 100
    assert answer["characters"]["mlflow.spanOutputs"] == 5002
    assert [each["name"] for each in answer["span"]["events"]] == ["noted", "exception"]


def test_notes_are_cut_however_much_is_asked_for(ask, trace):
    """Of attributes and events the beginning tells what they are."""
    root, below = trace

    _status, answer = ask(f"{BASE}/{root.trace_id}/spans/{below.span_id}", "most=1000000")

    assert len(answer["span"]["attributes"]["mlflow.spanOutputs"]) == 5002
    assert len(answer["span"]["attributes"]["note"]) == 20_000
    assert answer["characters"]["note"] == 30_002
    assert len(answer["span"]["events"][0]["attributes"]["long"]) == 20_000


FOUND = ("hello", "HELLO", 'say "hello"', "\nto", "strasse")
NOT_FOUND = ("nobody", "mlflow.spanInputs", "%")


@pytest.mark.parametrize("text", [*FOUND, *NOT_FOUND])
def test_spans_are_found_by_what_a_person_would_read(ask, trace, text):
    """Whatever its case and however JSON writes it; names of attributes are no text."""
    root, _below = trace

    _status, answer = ask(f"{BASE}/{root.trace_id}/spans", f"holding={text}".replace("%", "%25"))

    assert (root.span_id in answer["found"]) is (text in FOUND)


def test_file_has_all_spans(ask, trace):
    """As MLflow writes them."""
    _status, answer = ask(f"{BASE}/{trace[0].trace_id}/file")

    assert sorted(each["name"] for each in answer["spans"]) == ["chain", "look up"]


@pytest.mark.parametrize("what", ["spans", "spans/1", "file"])
def test_trace_there_is_not_is_told_as_mlflow_tells_it(ask, what):
    """So that a client need not know who answered."""
    status, answer = ask(f"{BASE}/tr-nobody/{what}")

    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_span_there_is_not_is_not_found(ask, trace):
    """The trace is there, the span is not."""
    assert ask(f"{BASE}/{trace[0].trace_id}/spans/nobody")[0] == 404


def test_spans_that_are_kept_elsewhere_are_left_to_mlflow(ask, trace, database):
    """An archive or an artifact is for MLflow to read."""
    name = trace[0].trace_id
    _move(database, name, "ARCHIVE_REPO")
    try:
        status, answer = ask(f"{BASE}/{name}/spans")
    finally:
        _move(database, name, "TRACKING_STORE")

    assert (status, answer["error_code"]) == (501, "NOT_IMPLEMENTED")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/3.0/mlflow/traces/get"), ("DELETE", f"{BASE}/tr-1/spans"), ("GET", BASE)],
)
def test_everything_else_is_mlflow_s(ask, method, path):
    """Nothing can be changed here."""
    assert ask(path, method=method) == (299, "MLflow")


def test_database_that_is_not_there_is_a_passing_trouble(tmp_path):
    """It is said as such, and not by breaking off."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": f"{BASE}/tr-1/spans", "query_string": b""}
    asyncio.run(SpanRoute(None, tmp_path / "none.db")(scope, None, send))

    assert sent[0]["status"] == 503


def test_outline_reads_no_content_of_a_trace_as_long_as_a_book(database, trace):
    """What it takes grows with the number of spans and not with what is in them."""
    answer = Spans(database).outline(trace[0].trace_id, 10)

    assert len(json.dumps(answer)) < 1500


def test_broken_json_within_an_attribute_holds_its_text():
    """Whatever somebody has noted is looked through as it is."""
    content = json.dumps({"attributes": {"note": "{broken \\ needle"}, "events": [1, None]})

    assert holds(content, "needle")
    assert holds(content, "broken \\")
    assert not holds(content, "other")
    deep = json.dumps({"attributes": {"note": "[" * 15_000 + "\\ needle"}})
    assert holds(deep, "needle")
    assert not holds(deep, "other words")


def test_letters_that_json_writes_by_number_are_found():
    """MLflow has written them both ways."""
    assert holds('{"name": "Stra\\u00dfe"}', "strasse")
