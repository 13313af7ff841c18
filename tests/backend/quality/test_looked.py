"""What every query of quality is made of: bounded, and with values that never stand in the text."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.errors import NotAllowed, NotOffered, Refused
from backend.identity import Role, Viewer
from backend.quality import judged_requests, quality, verdict_sums
from backend.quality.looked import Looked
from backend.quality.record import Sum
from backend.request_logs import log_columns
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery
from backend.tables import sql
from backend.tables.moments import written

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOSTILE = "2'; DROP TABLE x --"
COLUMNS = (
    "databricks_request_id client_request_id timestamp date status_code execution_time_ms "
    "conversation_id request response request_raw response_raw trace request_metadata"
)
FOUND = dict.fromkeys(COLUMNS.split(), "string")
TABLES = LogTables("chain", "requests", "assessments", log_columns.columns_of(FOUND))


@pytest.fixture
def asked(monkeypatch):
    """Every statement with its parameters; nothing is found."""
    asked = []

    def rows(_workspace, statement, parameters):
        asked.append((statement, parameters))
        return []

    monkeypatch.setattr(sql, "rows", rows)
    return asked


def test_values_travel_as_parameters_and_only_those_that_are_named(asked):
    """What somebody typed is in no statement, and the workspace is sent nothing it does not use."""
    looked = Looked(None, TABLES, LogQuery("chain", "30d", version=HOSTILE), NOW)

    judged_requests.judged(looked, 10, versions=(HOSTILE, "1"))
    judged_requests.of_ids(looked, [HOSTILE])
    judged_requests.words_on(looked, [HOSTILE])
    verdict_sums.sides(looked, (HOSTILE, "1"))

    assert len(asked) == 5
    for statement, parameters in asked:
        assert "DROP" not in statement
        assert all(f":{name}" in statement for name in parameters)
        assert written(NOW - timedelta(days=30)) in parameters.values()


def test_version_nobody_asked_has_a_side_without_numbers(asked):
    """It is told as nothing, not as none of none."""
    looked = Looked(None, TABLES, LogQuery("chain"), NOW)

    sides = verdict_sums.sides(looked, ("9",))

    assert (sides["9"].said, sides["9"].requests, sides["9"].p95_ms) == (Sum("9"), 0, None)


def test_table_of_verdicts_that_is_not_there_is_a_sentence():
    """With who can help."""
    without = LogTables("chain", "requests", None, TABLES.columns)
    looked = Looked(None, without, LogQuery("chain"), NOW)

    with pytest.raises(NotOffered, match="right to select"):
        verdict_sums.overview(looked)
    with pytest.raises(NotOffered):
        judged_requests.source_verdicts(looked, 10)


def test_reviewers_are_refused_before_anything_is_asked(asked):
    """They are told nothing of each other."""
    reviewer = Viewer("rita", "Rita", frozenset({Role.REVIEWER}))

    with pytest.raises(NotAllowed):
        quality.Quality(None).overview(reviewer, LogQuery("chain"))
    assert asked == []


def test_long_time_is_told_by_weeks():
    """Ninety days would be ninety lines."""
    looked = Looked(None, TABLES, LogQuery("chain", "90d"), NOW)

    assert verdict_sums.days_per_span(looked) == 7
    assert verdict_sums.days_per_span(Looked(None, TABLES, LogQuery("chain", "30d"), NOW)) == 1


def _refusing(monkeypatch, *too_large, say="Inline byte limit exceeded."):
    """Let the warehouse refuse statements about these requests; returns what it was asked."""
    asked = []

    def rows(_workspace, _statement, parameters):
        ids = [value for name, value in parameters.items() if name.startswith("looked_id")]
        asked.append(ids)
        if set(ids) & set(too_large):
            raise Refused(f"The SQL warehouse did not accept the statement. It said: {say}")
        return [{"id": each, "trace": None, "response_body": None} for each in ids]

    monkeypatch.setattr(sql, "rows", rows)
    return asked


def test_body_larger_than_an_answer_is_left_out_and_the_others_are_read(monkeypatch):
    """Whichever of them it is, also the first."""
    ids = [str(number) for number in range(150)]
    looked = Looked(None, TABLES, LogQuery("chain"), NOW)

    for too_large in ("0", "77", "149"):
        _refusing(monkeypatch, too_large)
        assert judged_requests.sources(looked, ids).keys() == {*ids} - {too_large}


def test_statement_that_is_refused_for_another_reason_is_told_and_not_tried_for_each(monkeypatch):
    """Nobody is shown that there is nothing where it could not be read."""
    ids = [str(number) for number in range(150)]
    asked = _refusing(monkeypatch, *ids, say="PARSE_SYNTAX_ERROR")

    with pytest.raises(Refused, match="PARSE_SYNTAX_ERROR"):
        judged_requests.sources(Looked(None, TABLES, LogQuery("chain"), NOW), ids)
    assert len(asked) < 10
