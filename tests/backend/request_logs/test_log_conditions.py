"""A filter as SQL: bounded in time, and free of anything that somebody typed."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.errors import Refused
from backend.request_logs.log_columns import columns_of, only_questions
from backend.request_logs.log_conditions import MOST_PICKED, MOST_REASONS, condition
from backend.request_logs.log_course import MOST_BUCKETS, seconds_per_bucket
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import SPANS, LogQuery, Outcome, Said

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
COLUMNS = {
    "client_request_id": "string",
    "databricks_request_id": "string",
    "date": "date",
    "timestamp": "timestamp",
    "status_code": "int",
    "execution_time_ms": "bigint",
    "conversation_id": "string",
    "request": "string",
    "response": "string",
    "request_raw": "string",
    "response_raw": "string",
    "trace": "string",
    "request_metadata": "map<string,string>",
}
TABLES = LogTables("chain", "`m`.`s`.`requests`", "`m`.`s`.`assessments`", columns_of(COLUMNS))
INJECTED = "x' OR 1=1 --"
TEXTS = {
    "version": INJECTED,
    "error_code": INJECTED,
    "requester": INJECTED,
    "conversation": INJECTED,
    "said_by": INJECTED,
    "reasons": (INJECTED,),
    "text": INJECTED,
    "request": INJECTED,
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_somebody_typed_is_a_parameter_and_never_in_the_text(name):
    """Whatever filter it was typed into."""
    where, parameters = condition(LogQuery("chain", **{name: TEXTS[name]}), TABLES)

    assert INJECTED not in where
    assert any(INJECTED in value for value in parameters.values())


@pytest.mark.parametrize(
    "query",
    [
        LogQuery("chain"),
        replace(LogQuery("chain", since=NOON, until=NOON, said=Said.UP), **TEXTS),
        LogQuery("chain", status=500, min_ms=1, max_ms=2, outcome=Outcome.LEFT, said=Said.NOTHING),
    ],
)
def test_every_marker_has_its_value_and_every_value_its_marker(query):
    """A warehouse refuses a marker without a value."""
    where, parameters = condition(query, TABLES)

    assert set(re.findall(r":(\w+)", where)) == parameters.keys()


def test_time_is_bounded_by_the_day_too_so_that_files_are_left_out():
    """To the microsecond, and in UTC."""
    since = datetime(2026, 3, 3, 1, 0, 0, 1, tzinfo=UTC)
    where, parameters = condition(LogQuery("c", since=since, until=NOON), TABLES)

    assert parameters["log_since"] == "2026-03-03 01:00:00.000001Z"
    assert (parameters["log_since_day"], parameters["log_until_day"]) == ("2026-03-03",) * 2
    assert "log.`date` >= CAST(:log_since_day AS DATE)" in where


def test_codes_in_the_payload_are_looked_for_within_the_same_time():
    """The payload is the largest table of all, and need not know of days."""
    payload = {
        "databricks_request_id": "string",
        "request_date": "date",
        "request_time": "timestamp",
    }
    columns = columns_of(payload | {"logging_error_codes": "array<string>"})
    tables = replace(TABLES, payload="`m`.`s`.`payload`", payload_columns=columns)

    where, parameters = condition(LogQuery("c", since=NOON, until=NOON, error_code="X"), tables)

    inner = where[where.index("`payload`") :]
    assert "log.`request_time` >= CAST(:log_since AS TIMESTAMP)" in inner
    assert "log.`request_date` <= CAST(:log_until_day AS DATE)" in inner
    assert set(re.findall(r":(\w+)", where)) == parameters.keys()


def test_words_are_looked_for_only_after_the_first_question():
    """What is said of an answer is said after the question, at any time."""
    where, _ = condition(LogQuery("c", since=NOON, until=NOON, said=Said.DOWN), TABLES)

    assert "`timestamp` >= CAST(:log_since AS TIMESTAMP)" in where
    # Once for the question, and never for a word.
    assert where.count(":log_until AS") == 1


def test_request_is_looked_for_at_any_time_unless_somebody_names_one():
    """An id says more than the usual week."""
    assert "log_since" not in condition(LogQuery("c", request="r-1"), TABLES)[1]
    assert "log_since" in condition(LogQuery("c", request="r-1", since=NOON), TABLES)[1]


def test_picked_requests_are_all_that_is_meant_whenever_they_were_asked():
    """Up to as many as fit on a few pages."""
    where, parameters = condition(LogQuery("c", requests=("r-1", "r-2")), TABLES)

    assert "IN (:log_picked_0, :log_picked_1)" in where
    assert list(parameters.values()) == ["r-1", "r-2"]
    with pytest.raises(Refused):
        condition(LogQuery("c", requests=("r",) * (MOST_PICKED + 1)), TABLES)


def test_more_reasons_than_anybody_chooses_are_refused():
    """An address may hold anything."""
    with pytest.raises(Refused):
        condition(LogQuery("c", reasons=("x",) * (MOST_REASONS + 1)), TABLES)


def test_half_a_character_of_an_address_is_nothing_to_look_for():
    """It could not even be sent."""
    _, parameters = condition(LogQuery("c", text="a\ud800"), TABLES)

    assert parameters["log_text"] == "a?"


def test_columns_that_are_not_there_are_null_and_verdicts_are_no_questions():
    """So that one statement fits every layout."""
    payload = {"invocation_id": "string", "event_time": "timestamp", "status_code": "string"}
    columns = columns_of(payload | {"request": "string", "latency_ms": "double"})

    assert columns["latency"] == "CAST(log.`latency_ms` AS BIGINT)"
    assert columns_of({})["status"] == "CAST(NULL AS INT)"
    assert columns["id"] == "log.`invocation_id`"
    assert columns["status"] == "CAST(log.`status_code` AS INT)"
    assert columns["date"] == "CAST(NULL AS DATE)"
    assert columns["response_body"] == "CAST(NULL AS STRING)"
    assert columns.keys() == TABLES.columns.keys()
    assert "text_assessments" in only_questions(payload | {"request": "string"})
    assert only_questions(COLUMNS) == "TRUE"


@pytest.mark.parametrize("span", SPANS)
def test_course_has_many_points_and_not_too_many(span):
    """Whatever the length of the time."""
    seconds = seconds_per_bucket(LogQuery("c", span=span), NOON)

    assert MOST_BUCKETS / 4 <= SPANS[span].total_seconds() / seconds <= MOST_BUCKETS
    of_ages = LogQuery("c", since=NOON - timedelta(days=3000), until=NOON)
    assert timedelta(seconds=seconds_per_bucket(of_ages)).days == 30
