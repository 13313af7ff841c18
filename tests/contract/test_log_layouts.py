"""The layouts of logs there have been: questions, answers and verdicts are found in each.

Of each layout a table is made by SQL, as another workspace would have it.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.errors import NotOffered, Refused
from backend.feedback.assessment_tables import AssessmentLog
from backend.replay import recorded_requests
from backend.replay.record import Said as Judged
from backend.replay.record import Wanted
from backend.request_logs import log_course, log_details, log_facets, log_pages, whole_requests
from backend.request_logs.log_tables import tables_at
from backend.request_logs.query import LogQuery, Outcome, Said
from backend.tables import sql

NOW = datetime.now(UTC).replace(microsecond=123_456)
TIME = NOW.strftime("%Y-%m-%d %H:%M:%S.%f")
SINCE = {"since": NOW - timedelta(hours=1)}
ASKED = json.dumps(
    {
        "messages": [
            {"role": "user", "content": "before"},
            {"role": "assistant", "content": "yes"},
            {"role": "user", "content": 'how \\ many "days"?'},
        ],
        "databricks_options": {"conversation_id": "c-1"},
    }
)
ANSWERED = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Five."}}]})
FAILED = json.dumps({"error_code": "RESOURCE_EXHAUSTED", "message": "later"})
VERDICT = json.dumps({"dataframe_records": [{"request_id": "r-1", "text_assessments": "[]"}]})
TABLE = json.dumps({"dataframe_records": [{"question": "and here?"}]})

LAYOUTS = {
    "gateway": (
        "databricks_request_id STRING, request_date DATE, client_request_id STRING, "
        "request_time TIMESTAMP, status_code INT, sampling_fraction DOUBLE, "
        "execution_duration_ms BIGINT, request STRING, response STRING, "
        "logging_error_codes ARRAY<STRING>, served_entity_id STRING, requester STRING",
        ":id, CAST(:time AS DATE), NULL, CAST(:time AS TIMESTAMP), CAST(:status AS INT), 1.0, 37, "
        ":request, :response, array('MAX_RESPONSE_SIZE_EXCEEDED'), 'entity-2', 'rita@example.com'",
    ),
    "legacy": (
        "client_request_id STRING, databricks_request_id STRING, date DATE, timestamp_ms BIGINT, "
        "status_code STRING, execution_time_ms BIGINT, request STRING, response STRING, "
        "sampling_fraction DOUBLE, request_metadata MAP<STRING, STRING>",
        "NULL, :id, CAST(:time AS DATE), unix_millis(CAST(:time AS TIMESTAMP)), :status, 37, "
        ":request, :response, 1.0, map('model_name', 'main.rag.chain', 'model_version', '2')",
    ),
    "newer": (
        "invocation_id STRING, event_time TIMESTAMP, status_code INT, latency_ms BIGINT, "
        "request STRING, response STRING",
        ":id, CAST(:time AS TIMESTAMP), CAST(:status AS INT), 37, :request, :response",
    ),
}
ANYTHING = Wanted(said=Judged.ANYTHING)
VERSIONS = {"gateway": "entity-2", "legacy": "2", "newer": ""}


@pytest.fixture(scope="module")
def make(client):
    """Return a function that makes a table with rows; for other tests they are gone again."""
    sql.rows(client, "CREATE SCHEMA IF NOT EXISTS main.layouts", {})
    names = set()

    def made(name, columns, values, *rows):
        names.add(name)
        sql.rows(client, f"CREATE TABLE IF NOT EXISTS main.layouts.{name} ({columns})", {})
        for row in rows:
            sql.rows(client, f"INSERT INTO main.layouts.{name} SELECT {values}", row)

    yield made
    for name in names:
        sql.rows(client, f"DROP TABLE IF EXISTS main.layouts.{name}", {})


@pytest.fixture(scope="module", params=LAYOUTS)
def layout(request, make):
    """A payload of one layout: two questions, an error, and a verdict's call."""
    columns, values = LAYOUTS[request.param]
    rows = (
        ("r-1", "200", ASKED, ANSWERED),
        ("r-2", "429", TABLE, FAILED),
        ("r-3", "200", VERDICT, '{"predictions": "ok"}'),
    )
    make(
        f"{request.param}_payload",
        columns,
        values,
        *(
            {"id": id_, "time": TIME, "status": status, "request": asked, "response": answered}
            for id_, status, asked, answered in rows
        ),
    )
    return request.param


def test_payload_alone_is_read_in_any_layout(client, layout):
    """Questions are derived from the bodies; calls of the feedback API are none."""
    tables = tables_at(client, "chain", AssessmentLog("main", "layouts", layout))
    page = log_pages.page(client, tables, LogQuery("chain", **SINCE), None)

    second, first = page.rows
    assert (first.request_id, first.question) == ("r-1", 'how \\ many "days"?')
    assert (first.conversation_id, first.status, first.latency_ms) == ("c-1", 200, 37)
    assert first.version == VERSIONS[layout]
    assert (second.question, second.error_code) == ("and here?", "RESOURCE_EXHAUSTED")
    assert first.at.replace(microsecond=0) == NOW.replace(microsecond=0)


def test_payload_alone_is_filtered_opened_and_summed_up(client, layout):
    """Only what people said is not there, and filtering by it is refused with a sentence."""
    tables = tables_at(client, "chain", AssessmentLog("main", "layouts", layout))

    def found(**filters):
        query = LogQuery("chain", **(SINCE | filters))
        return [row.request_id for row in log_pages.page(client, tables, query, None).rows]

    assert found(text="FIVE") == ["r-1"]
    assert found(conversation="c-1", until=NOW + timedelta(hours=1)) == ["r-1"]
    assert found(outcome=Outcome.FAILED, error_code="RESOURCE_EXHAUSTED") == ["r-2"]
    with pytest.raises(Refused, match="What people said"):
        found(said=Said.DOWN)
    query = LogQuery("chain", **SINCE)
    assert log_facets.facet(client, tables, query, "reasons") == []
    assert log_course.course(client, tables, query).totals["requests"] == 2
    detail = log_details.read(client, tables, "r-1")
    assert detail.turn.answer.text == "Five."
    assert detail.turn.asked.question == 'how \\ many "days"?'
    codes = ("MAX_RESPONSE_SIZE_EXCEEDED",) if layout == "gateway" else ()
    assert detail.logging_errors == codes
    (whole,) = whole_requests.read(client, tables, ["r-1", "r-3", "none"])
    assert (whole.body, whole.answer) == (json.loads(ASKED), "Five.")
    assert detail.verdicts == ()


def test_what_is_asked_again_is_found_in_any_layout(client, layout):
    """What was answered with success; what nobody could say anything of is asked for as such."""
    tables = tables_at(client, "chain", AssessmentLog("main", "layouts", layout))

    for wanted in (ANYTHING, replace(ANYTHING, text="FIVE", **SINCE)):
        assert recorded_requests.count(client, tables, wanted) == 1
        (found,) = recorded_requests.find(client, tables, wanted)
        assert (found.request_id, found.version) == ("r-1", VERSIONS[layout])
    assert recorded_requests.count(client, tables, replace(ANYTHING, version="7")) == 0
    assert recorded_requests.verdicts_on(client, tables, ["r-1"]) == {}
    with pytest.raises(Refused, match="What people said"):
        recorded_requests.find(client, tables, Wanted())


def test_agents_and_old_chats_are_understood_too(client, make):
    """What an agent thought and called comes before its answer; chats were a query once."""
    message = {"type": "message", "content": [{"type": "output_text", "text": "6."}]}
    items = [{"type": "reasoning", "summary": []}, {"type": "function_call", "name": "x"}, message]
    agent = {"input": [{"role": "user", "content": "how many?"}]}, {"output": items}
    chat = {"query": "and now?", "history": []}, {"content": "Seven."}
    columns, values = LAYOUTS["newer"]
    rows = [
        {"id": f"r-{number}", "time": TIME, "status": "200"}
        | {"request": json.dumps(asked), "response": json.dumps(answered)}
        for number, (asked, answered) in enumerate((agent, chat))
    ]
    make("agent_payload", columns.replace("BIGINT", "DOUBLE"), values, *rows)
    tables = tables_at(client, "chain", AssessmentLog("main", "layouts", "agent"))

    for text, question in (("6.", "how many?"), ("seven", "and now?")):
        query = LogQuery("chain", text=text, **SINCE)
        (found,) = log_pages.page(client, tables, query, None).rows
        assert (found.question, found.latency_ms) == (question, 37)


def test_views_take_the_place_of_logs_that_are_gone(client, make):
    """And without any table it is said who can help."""
    make(
        "viewed_payload_request_logs_view",
        "databricks_request_id STRING, timestamp_ms BIGINT, status_code INT, request STRING, "
        "response STRING, request_raw STRING, response_raw STRING",
        "'r-9', unix_millis(CAST(:time AS TIMESTAMP)), 200, 'short?', 'Short.', '{}', '{}'",
        {"time": TIME},
    )
    tables = tables_at(client, "chain", AssessmentLog("main", "layouts", "viewed"))

    assert tables.assessments is None
    (row,) = log_pages.page(client, tables, LogQuery("chain", **SINCE), None).rows
    assert (row.question, row.version, row.requester) == ("short?", "", "")
    assert log_details.read(client, tables, "r-9").turn.answer.text == "Short."
    with pytest.raises(NotOffered, match="Ask an administrator"):
        tables_at(client, "chain", AssessmentLog("main", "layouts", "absent"))


def test_request_log_that_nobody_fills_any_more_is_not_what_is_shown(client, make):
    """The platform has given it up: what was asked since is in the payload alone."""
    old, newer = NOW - timedelta(days=30), NOW - timedelta(days=2)
    columns, values = LAYOUTS["legacy"]
    log = (
        "databricks_request_id STRING, timestamp TIMESTAMP, status_code INT, request STRING, "
        "response STRING, request_raw STRING, response_raw STRING"
    )
    written = "'r-8', CAST(:time AS TIMESTAMP), 200, 'in the log', 'x', '{}', '{}'"

    def newest(prefix, question_at):
        make(f"{prefix}_payload_request_logs", log, written, {"time": _text(old)})
        row = {"id": "r-9", "status": "200", "request": ASKED, "response": ANSWERED}
        make(f"{prefix}_payload", columns, values, row | {"time": _text(question_at)})
        tables = tables_at(client, "chain", AssessmentLog("main", "layouts", prefix))
        query = LogQuery("chain", span="90d")
        return log_pages.page(client, tables, query, None).rows[0].request_id

    assert newest("given_up", newer) == "r-9"
    # What came today may still be on its way there.
    assert newest("filled", NOW - timedelta(minutes=5)) == "r-8"


def _text(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
