"""One trace, for those who may read it: piece by piece, as a whole, or from the request log."""

import json
import uuid

import mlflow
import pytest
from mlflow.entities import TraceInfo, TraceLocation, TraceState
from mlflow.entities.trace_location import MlflowExperimentLocation
from mlflow.tracing.client import TracingClient

from backend.connection import open_workspace
from backend.errors import NotAllowed, NotFound, NotOffered
from backend.identity import Role, Viewer
from backend.request_logs.log_columns import columns_of
from backend.request_logs.log_tables import LogTables
from backend.traces import logged_traces, span_pieces, trace_reading
from backend.traces.record import Opinion, Source, SpanState
from backend.traces.shelf import Shelf
from tests.backend.judged import SUBMIT
from tests.backend.traces.conftest import ADDRESS, PIECES
from tests.backend.traces.traced import INFO, TRACE_ID, document, span_id

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
COLUMNS = ("databricks_request_id", "timestamp", "conversation_id", "requester", "trace")


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    """Begin with an empty one."""
    monkeypatch.setattr(trace_reading, "_shelf", Shelf())


@pytest.fixture
def answering(workspace, monkeypatch):
    """Say what the warehouse answers, by a piece of the statement; `asked` is what it heard."""
    workspace.answers["GET /api/2.0/serving-endpoints"] = (200, {"endpoints": [{"name": "chain"}]})
    answers = {"asked": []}

    def rows(_workspace, statement, parameters):
        answers["asked"].append((statement, parameters))
        return next(each for piece, each in answers.items() if piece in statement)

    columns = columns_of(dict.fromkeys(COLUMNS, "string") | {"timestamp": "timestamp"})
    tables = LogTables("chain", "`main`.`rag`.`log`", None, columns)
    monkeypatch.setattr(logged_traces, "tables_of", lambda _workspace, _endpoint: tables)
    monkeypatch.setattr(logged_traces.sql, "rows", rows)
    return answers


@pytest.fixture
def logged(answering):
    """The request log has the trace of two spans, in two pieces."""
    text = json.dumps({"info": INFO, "data": {"spans": [document(1), document(2, 1)]}})
    answering["AS `id`"] = [
        {
            "id": "req-7",
            "conversation": "talk",
            "requester": "rita@example.com",
            "version": "2",
            "client_id": None,
            "micros": "1772539200000000",
            "characters": str(len(text)),
        }
    ]
    answering["AS `piece`"] = [{"piece": text}]
    return answering


def test_trace_is_read_piece_by_piece(reading, viewer, traced, workspace):
    """The outline takes one answer, the content of a span another."""
    outline = reading.outline(viewer, TRACE_ID)

    assert [(each.name, each.kind) for each in outline.spans] == [
        ("step 1", "LLM"),
        ("step 2", "UNKNOWN"),
    ]
    assert outline.spans[1].state is SpanState.ERROR
    assert (outline.tokens, outline.cost, outline.errors) == (12, 0.5, 1)
    head = outline.head
    assert (head.source, head.request_id, head.experiment_id) == (Source.MLFLOW, "req-7", "3")
    assert (head.conversation_id, head.endpoint, head.served) == ("talk", "chain", "2")

    workspace.answers[f"{PIECES}/{span_id(2)}"] = (
        200,
        {"span": document(2, 1), "characters": {"mlflow.spanInputs": 999}},
    )
    content = reading.span(viewer, TRACE_ID, span_id(2))

    assert content.inputs.text == '{"question": "What is 2?"}'
    assert content.inputs.characters == 999
    assert content.span == outline.spans[1]


def test_outline_is_read_once_in_a_while(reading, viewer, traced, workspace):
    """A click in the tree does not read the trace again."""
    first = reading.outline(viewer, TRACE_ID)

    assert reading.outline(viewer, TRACE_ID) is first
    assert [name for name, _ in workspace.received].count(PIECES) == 1


def test_reviewers_read_no_traces(reading, traced, workspace):
    """A trace shows what others asked; nobody is asked for it."""
    reviewer = Viewer("rita@example.com", "Rita", frozenset({Role.REVIEWER}))
    before = len(workspace.received)

    for ask in (
        lambda: reading.outline(reviewer, TRACE_ID),
        lambda: reading.span(reviewer, TRACE_ID, span_id(1)),
        lambda: reading.whole(reviewer, TRACE_ID),
        lambda: reading.say(reviewer, TRACE_ID, Opinion(True)),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert len(workspace.received) == before


def test_workspace_decides_who_may_read_a_trace(reading, viewer, workspace):
    """What it refuses with the visitor's token is not read with anybody else's rights."""
    refusal = {"error_code": "PERMISSION_DENIED", "message": "No."}
    workspace.answers[ADDRESS] = (403, refusal)

    with pytest.raises(NotAllowed):
        reading.outline(viewer, TRACE_ID)


def test_unknown_span_is_not_asked_for(reading, viewer, traced):
    """A link may name a span that is not in the trace."""
    with pytest.raises(NotFound):
        reading.span(viewer, TRACE_ID, "nobody")


def test_spans_with_a_text_are_found(reading, viewer, traced, workspace):
    """The workspace looks through them."""
    workspace.answers[PIECES] = (200, workspace.answers[PIECES][1] | {"found": [span_id(2)]})

    assert reading.holding(viewer, TRACE_ID, "what") == (span_id(2),)


def test_where_single_spans_are_not_offered_the_whole_trace_is_read(
    reading, viewer, workspace, experiment
):
    """Elsewhere MLflow's client hands out whole traces; what is shown is the same."""
    place = MlflowExperimentLocation(experiment)
    with mlflow.start_span("chain", trace_destination=place) as root:
        root.set_inputs({"question": 'Say "Straße"'})
        with mlflow.start_span("look up") as below:
            below.set_outputs(["found"])
    info = INFO | {"trace_id": root.trace_id}
    workspace.answers[f"GET /api/3.0/mlflow/traces/{root.trace_id}"] = (
        200,
        {"trace": {"trace_info": info}},
    )

    outline = reading.outline(viewer, root.trace_id)

    assert [(each.name, each.span_id) for each in outline.spans] == [
        ("chain", root.span_id),
        ("look up", below.span_id),
    ]
    content = reading.span(viewer, root.trace_id, below.span_id)
    assert json.loads(content.outputs.text) == ["found"]
    assert reading.holding(viewer, root.trace_id, "STRASSE") == (root.span_id,)
    assert reading.holding(viewer, root.trace_id, 'say "') == (root.span_id,)
    assert reading.holding(viewer, root.trace_id, "nowhere") == ()
    file = json.loads(b"".join(reading.whole(viewer, root.trace_id)))
    assert file["info"]["trace_id"] == root.trace_id
    assert [each["name"] for each in file["data"]["spans"]] == ["chain", "look up"]


def test_what_mlflow_does_not_have_comes_from_the_request_log(reading, viewer, logged):
    """It is there before MLflow has it, and says where it is from."""
    outline = reading.outline(viewer, TRACE_ID)

    assert [each.span_id for each in outline.spans] == [span_id(1), span_id(2)]
    head = outline.head
    assert (head.source, head.endpoint) == (Source.REQUEST_LOG, "chain")
    assert (head.request_id, head.user) == ("req-7", "rita@example.com")
    assert reading.said(viewer, TRACE_ID) == ()
    with pytest.raises(NotOffered):
        reading.say(viewer, TRACE_ID, Opinion(True))


def test_text_of_an_id_never_gets_into_a_statement(reading, viewer, logged):
    """Ids come from an address anybody can write."""
    name = "tr-' OR 1=1 --"

    reading.outline(viewer, name)

    for statement, parameters in logged["asked"]:
        assert "OR 1=1" not in statement
        if "name" in parameters:
            assert parameters["name"] == f'%"{name}"%'


def test_large_trace_is_read_from_the_log_in_pieces(reading, viewer, logged, monkeypatch):
    """An answer of the warehouse has room for 25 MiB."""
    text = logged["AS `piece`"][0]["piece"]
    monkeypatch.setattr(logged_traces, "PIECE_CHARACTERS", len(text) // 2 + 1)
    half = len(text) // 2 + 1
    pieces = iter([[{"piece": text[:half]}], [{"piece": text[half:]}]])
    original = logged_traces.sql.rows

    def rows(workspace, statement, parameters, **more):
        if "AS `piece`" in statement:
            return next(pieces)
        return original(workspace, statement, parameters, **more)

    monkeypatch.setattr(logged_traces.sql, "rows", rows)

    assert len(reading.outline(viewer, TRACE_ID).spans) == 2


def test_trace_named_by_its_request_is_mlflow_s_where_it_has_it(reading, viewer, traced, logged):
    """The log knows the trace's id, and MLflow knows more of the trace."""
    assert reading.outline(viewer, "req-7").head.source is Source.MLFLOW


def test_trace_nobody_has_is_not_found(reading, viewer, answering):
    """One sentence, whoever was asked."""
    answering["AS `id`"] = []

    with pytest.raises(NotFound) as refusal:
        reading.outline(viewer, "tr-nobody")

    assert "Neither MLflow nor a request log" in refusal.value.sentence


def test_endpoint_without_a_log_is_no_obstacle(reading, viewer, workspace):
    """The others may have the trace."""
    workspace.answers["GET /api/2.0/serving-endpoints"] = (200, {"endpoints": [{"name": "plain"}]})
    workspace.answers["GET /api/2.0/serving-endpoints/plain"] = (200, {"name": "plain"})

    with pytest.raises(NotFound):
        reading.outline(viewer, TRACE_ID)
    assert SUBMIT not in [name for name, _ in workspace.received]


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<!doctype html><title>Sign in</title>"),
        (400, {"error_code": "BAD_REQUEST", "message": "Bad Target"}),
        (404, b"<html>Not found</html>"),
    ],
)
def test_address_a_workspace_does_not_know_is_not_offered(workspace, answer):
    """Whatever it says to that: the whole trace is read then."""
    workspace.answers[PIECES] = answer

    with pytest.raises((NotFound, NotOffered)):
        span_pieces.spans(open_workspace(workspace.address, "token"), TRACE_ID, 10)


@pytest.mark.parametrize("refusal", [403, 404])
def test_right_that_was_taken_away_shows_though_the_trace_is_in_memory(
    reading, viewer, traced, workspace, monkeypatch, refusal
):
    """The workspace is asked again after a minute, and hands out what it still may."""
    reading.outline(viewer, TRACE_ID)
    monkeypatch.setattr(trace_reading, "FRESH_SECONDS", 0.0)
    assert len(reading.outline(viewer, TRACE_ID).spans) == 2
    assert [name for name, _ in workspace.received].count(PIECES) == 1
    workspace.answers[ADDRESS] = (refusal, {"error_code": "PERMISSION_DENIED", "message": "No."})

    for _ in range(2):
        with pytest.raises((NotAllowed, NotFound)):
            reading.outline(viewer, TRACE_ID)


def test_trace_without_any_span_is_not_found(reading, viewer, traced, workspace, answering):
    """MLflow may know of a trace before the first of its spans has arrived."""
    answering["AS `id`"] = []
    columns = {name: [] for name in workspace.answers[PIECES][1]["spans"]}
    workspace.answers[PIECES] = (200, {"spans": columns, "total": 0})

    with pytest.raises(NotFound):
        reading.outline(viewer, TRACE_ID)


def test_trace_whose_spans_mlflow_has_not_is_read_from_the_log(
    reading, viewer, workspace, logged, experiment
):
    """MLflow says that it cannot load it, which is no reason to show nothing."""
    name, place = f"tr-{uuid.uuid4().hex}", TraceLocation.from_experiment_id(experiment)
    TracingClient().start_trace(TraceInfo(name, place, 1, TraceState.IN_PROGRESS))
    address = f"GET /api/3.0/mlflow/traces/{name}"
    workspace.answers[address] = (200, {"trace": {"trace_info": INFO | {"trace_id": name}}})

    assert reading.outline(viewer, name).head.source is Source.REQUEST_LOG


@pytest.mark.parametrize("text", ["{cut off", "[" * 20_000])
def test_trace_that_cannot_be_read_in_the_log_is_a_sentence(reading, viewer, logged, text):
    """A chain may have written anything there."""
    logged["AS `piece`"] = [{"piece": text}]

    with pytest.raises(NotFound, match="cannot be read"):
        reading.outline(viewer, TRACE_ID)
