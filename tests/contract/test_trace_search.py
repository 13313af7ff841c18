"""Traces of a deployed chain, found by an analyst; and before MLflow has them."""

import json
import uuid
from dataclasses import replace

import pytest

from backend.connection import open_workspace
from backend.errors import NotAllowed, NotFound
from backend.identity import Identity
from backend.request_logs import log_tables
from backend.trace_search import unfiled, versions
from backend.trace_search.filter_text import Judged, State, TraceFilter, written
from backend.trace_search.record import TraceQuery
from backend.trace_search.search import TraceSearch
from backend.traces import logged_traces, span_documents
from backend.traces.trace_reading import TraceReading
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register

MODEL = "main.contract.found_traces"
ENDPOINT = "agents_main-contract-found_traces"
MOST = 10_000
FEEDBACK = f"/serving-endpoints/{ENDPOINT}/served-models/feedback/invocations"


@pytest.fixture(scope="module")
def deployed(client):
    """Deploy a chain whose traces have more than one span; analysts look at it."""
    register(MODEL, "talking", input_example=question("say hello"))
    deploy(client, MODEL)
    allow(client, ENDPOINT, analysts="CAN_VIEW")


class Analyst:
    """What the app does for somebody of a group, with that person's token."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.viewer = Identity(workspace).viewer()
        self.search = TraceSearch(workspace)
        self.reading = TraceReading(workspace)

    def find(self, **controls):
        """Return the requests of the traces that the controls find."""
        page = self.search.page(self.viewer, TraceQuery(written(TraceFilter(**controls))))
        return [row.request_id for row in page.rows]


@pytest.fixture(scope="module")
def analyst(deployed, as_person, host):
    return Analyst(open_workspace(host, as_person("analysts").config.token))


@pytest.fixture(scope="module")
def asked(client, deployed):
    """A conversation of two turns, the first judged and the second failed, and one question."""
    session = f"searched-{uuid.uuid4()}"

    def ask(text, conversation):
        body = question(text) | {"databricks_options": {"conversation_id": conversation}}
        path = f"/serving-endpoints/{ENDPOINT}/invocations"
        answer = client.api_client.do("POST", path, body=body)
        return str(answer["databricks_output"]["databricks_request_id"])

    first, second = ask("cite Füße & \"more\" 'quotes'", session), ask("say two", session)
    text = {"ratings": {"answer_correct": {"value": "negative"}}, "free_text_comment": "No."}
    record = {"request_id": first, "text_assessments": [text]}
    client.api_client.do("POST", FEEDBACK, body={"dataframe_records": [record]})
    return session, first, second, ask("say three", f"{session}-other")


def test_each_control_finds_what_was_asked(analyst, asked, client):
    """By MLflow's own filter, with the metadata and tags the workspace puts on traces."""
    session, first, second, other = asked
    me = client.current_user.me().user_name

    assert analyst.find(session=session) == [second, first]
    assert analyst.find(session=session, user=me) == [second, first]
    assert analyst.find(session=session, version="1") == [second, first]
    assert analyst.find(session=session, state=State.OK) == [second, first]
    assert analyst.find(session=session, name="found_traces") == [second, first]
    assert analyst.find(session=session, judged=Judged.DOWN) == [first]
    assert analyst.find(session=session, judged=Judged.NOTHING) == [second]
    assert analyst.find(session=session, text='füße & "more"') == [first]
    assert analyst.find(tag="reviewapp.endpoint", tag_value=ENDPOINT, text="three") == [other]
    assert analyst.find(session=session, version="2") == []
    (row,) = analyst.search.page(analyst.viewer, TraceQuery(f"client_request_id = '{first}'")).rows
    assert (row.version, row.endpoint, row.down) == ("1", ENDPOINT, 1)
    assert row.question.startswith("cite Füße")


def test_trace_names_the_logged_model_of_its_version(analyst, asked, monkeypatch):
    """Without the tags of the local workspace that is what tells versions apart."""
    session, first, second, _ = asked
    monkeypatch.setattr(versions, "_are_tagged", lambda *_: False)
    (chain,) = [
        each for each in analyst.search.chains(analyst.viewer) if ENDPOINT in each.endpoints
    ]

    text = written(TraceFilter(session=session, version="1"))
    text = versions.as_traces_say([chain.experiment], chain.models, text, "1")

    assert (chain.models, "mlflow.modelId" in text) == ((MODEL,), True)
    found = analyst.search.page(analyst.viewer, TraceQuery(text)).rows
    assert [row.request_id for row in found] == [second, first]


def test_conversation_is_found_read_and_walked_through(analyst, asked):
    """As MLflow keeps it a moment after the last answer."""
    session, first, second, _ = asked
    query = TraceQuery(written(TraceFilter(tag="reviewapp.endpoint", tag_value=ENDPOINT)))

    listed = analyst.search.sessions(analyst.viewer, query)
    turns = analyst.search.session(analyst.viewer, session).turns
    later = analyst.search.neighbours(analyst.viewer, turns[0].row.trace_id).later

    assert [row.turns for row in listed.rows if row.id == session] == [2]
    assert [each.row.request_id for each in turns] == [first, second]
    assert turns[1].turn.answer.text == "two"
    assert [source.text for source in turns[0].turn.answer.sources] != []
    assert later.request_id == second


def test_record_and_mlflow_agree_about_a_trace(analyst, asked):
    """Whoever looks before MLflow has it sees the same steps, the same times, the same content."""
    request_id = asked[1]
    on_record = unfiled.find(analyst.workspace, ENDPOINT, request_id)
    logged = logged_traces.find(analyst.workspace, request_id)
    filed = analyst.reading.outline(analyst.viewer, on_record.trace_id)

    assert analyst.search.of_request(analyst.viewer, request_id) == on_record.trace_id
    assert on_record.question.startswith("cite Füße")
    documents = {span_documents.span_of(each).span_id: each for each in logged.spans}
    assert documents.keys() == {span.span_id for span in filed.spans}
    assert len(documents) > 1
    for span in filed.spans:
        known = span_documents.content_of(documents[span.span_id], MOST)
        assert _told(known.span) == _told(span)
        content = analyst.reading.span(analyst.viewer, on_record.trace_id, span.span_id, MOST)
        for one, other in ((known.inputs, content.inputs), (known.outputs, content.outputs)):
            assert json.loads(one.text or "null") == json.loads(other.text or "null")


def test_log_that_has_gone_since_it_was_looked_up_hides_no_other(analyst, asked, monkeypatch):
    """Somebody else's table that is dropped meanwhile is nobody's problem here."""
    tables = log_tables.tables_of(analyst.workspace, ENDPOINT)
    gone = replace(tables, requests="`main`.`contract`.`gone`")
    monkeypatch.setattr(logged_traces, "_logs", lambda _: [gone, tables])

    assert logged_traces.find(analyst.workspace, asked[1]).head.request_id == asked[1]


def _told(span):
    return span.name, span.kind, span.parent_id, span.start_ns, span.end_ns, span.state


def test_nothing_is_missing_once_mlflow_was_asked(analyst, asked):
    """The workspace brings in what is asked for."""
    found = analyst.search.unfiled(analyst.viewer)

    assert found.looked_at >= len(asked) - 1
    assert {each.request_id for each in found.requests}.isdisjoint(asked)


def test_who_may_not_read_finds_nothing(analyst, asked, as_person, host):
    """Reviewers are refused; an analyst finds what is of endpoints they can see."""
    reviewer = Analyst(open_workspace(host, as_person("reviewers").config.token))
    with pytest.raises(NotAllowed):
        reviewer.find(session=asked[0])
    with pytest.raises(NotFound):
        analyst.search.neighbours(analyst.viewer, "tr-00000000000000000000000000000000")
    assert ENDPOINT in [
        name for each in analyst.search.chains(analyst.viewer) for name in each.endpoints
    ]
