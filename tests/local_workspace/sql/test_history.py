"""The history of statements: whose they are, how they ended, found by filters, page by page."""

import time
from pathlib import Path

import pytest

from local_workspace.access.principal import ADMINS, ANALYSTS, Principal
from local_workspace.errors import InvalidParameter
from local_workspace.sql import history
from local_workspace.sql.failure import table_not_found
from local_workspace.sql.history import StatementHistory
from local_workspace.sql.history_request import history_request
from local_workspace.sql.result_files import Manifest
from local_workspace.sql.statement import State, Statement
from local_workspace.sql.statement_request import StatementRequest, statement_request
from local_workspace.sql.warehouse import WAREHOUSE_ID

ANN = Principal("11", "ann", "Ann", "user", frozenset({ANALYSTS}))
OTTO = Principal("12", "otto", "Otto", "user", frozenset({ANALYSTS}))
ADA = Principal("13", "ada", "Ada", "user", frozenset({ADMINS}))


def submitted(kept, name, who=ANN, text="SELECT 1", tags=()):
    """Put a statement into the history as the service does."""
    statement = Statement(name, who.id, StatementRequest(text, tags=tags), Path("nowhere"))
    kept.note(statement, who)
    return statement


def listed(kept, who=ANN, **asked):
    """Return a page as the route gives it."""
    parameters = {name.replace("__", "."): [value] for name, value in asked.items()}
    return kept.page(history_request(parameters), who)


def ids(page):
    return [each["query_id"] for each in page["res"]]


def test_people_see_their_own_and_admins_everybodys():
    """The latest comes first."""
    kept = StatementHistory()
    for name, who in (("a", ANN), ("b", OTTO), ("c", ANN)):
        submitted(kept, name, who)

    assert ids(listed(kept)) == ["c", "a"]
    assert ids(listed(kept, OTTO)) == ["b"]
    assert ids(listed(kept, ADA)) == ["c", "b", "a"]
    assert ids(listed(kept, ADA, filter_by__user_ids="12")) == ["b"]


def test_entry_says_how_the_statement_went_and_keeps_the_end():
    """Its status is the history's word for the state; what came later changes nothing."""
    kept = StatementHistory()
    done, failed, stopped = (submitted(kept, name) for name in ("a", "b", "c"))
    (waiting, *_) = listed(kept)["res"]
    assert (waiting["status"], waiting["is_final"]) == ("QUEUED", False)
    done.state = State.RUNNING
    kept.note(done)
    assert listed(kept)["res"][-1]["status"] == "RUNNING"

    done.succeed(Manifest([]))
    failed.fail(table_not_found("`x`"))
    stopped.cancel()
    for each in (done, failed, stopped):
        kept.note(each)
    kept.note(done)

    found = {each["query_id"]: each for each in listed(kept)["res"]}
    assert [found[name]["status"] for name in "abc"] == ["FINISHED", "FAILED", "CANCELED"]
    assert found["a"]["rows_produced"] == 0
    assert found["b"]["error_message"].startswith("[TABLE_OR_VIEW_NOT_FOUND]")
    assert (
        found["a"]["duration"]
        == found["a"]["query_end_time_ms"] - found["a"]["query_start_time_ms"]
    )
    assert ids(listed(kept, filter_by__statuses="FAILED")) == ["b"]
    assert ids(listed(kept, filter_by__statement_ids="c")) == ["c"]
    assert ids(listed(kept, filter_by__warehouse_ids="another")) == []
    assert "metrics" in listed(kept, include_metrics="true")["res"][0]


def test_pages_follow_one_another_by_their_token():
    """What is submitted meanwhile shifts nothing."""
    kept = StatementHistory()
    for number in range(5):
        submitted(kept, str(number))

    first = listed(kept, max_results="2")
    submitted(kept, "later")
    second = listed(kept, max_results="2", page_token=first["next_page_token"])
    third = listed(kept, max_results="2", page_token=second["next_page_token"])

    assert [ids(each) for each in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert (first["has_next_page"], third["has_next_page"]) == (True, False)
    assert "next_page_token" not in third


def test_history_has_an_end(monkeypatch):
    """The oldest go when there are too many, when they are too long together, or after a month."""
    kept = StatementHistory()
    monkeypatch.setattr(history, "MOST_ENTRIES", 2)
    for name in "abc":
        submitted(kept, name)
    assert ids(listed(kept)) == ["c", "b"]
    monkeypatch.setattr(history, "MOST_CHARACTERS", 10)
    submitted(kept, "d", text="SELECT 12")
    assert ids(listed(kept)) == ["d"]
    monkeypatch.setattr(history, "_now", lambda: int(time.time() * 1000) + history.KEPT_MS + 1000)
    assert ids(listed(kept)) == []


def test_tags_and_kind_of_a_statement_are_kept():
    """By its tags a program finds again what it has submitted."""
    kept = StatementHistory()
    submitted(kept, "a", text="with x as (select 1) select * from x", tags=(("app", "it"),))

    (entry,) = listed(kept)["res"]
    assert entry["query_tags"] == [{"key": "app", "value": "it"}]
    assert entry["statement_type"] == "SELECT"
    assert (entry["user_id"], entry["user_name"]) == (11, "ann")


@pytest.mark.parametrize(
    "asked",
    [
        {"max_results": "0"},
        {"max_results": "1001"},
        {"max_results": "many"},
        {"page_token": "x"},
        {"filter_by__statuses": "DONE"},
        {"filter_by__query_start_time_range__start_time_ms": "yesterday"},
    ],
)
def test_wrong_question_is_refused(asked):
    """A filter that is not understood is never taken for none."""
    with pytest.raises(InvalidParameter):
        listed(StatementHistory(), **asked)


@pytest.mark.parametrize(
    "tags", ["x", [{"value": "x"}], [{"key": ""}], [{"key": "a", "value": 1}], [{"key": "a" * 129}]]
)
def test_wrong_tags_are_refused(tags):
    """Tags are a list of keys with or without values."""
    with pytest.raises(InvalidParameter):
        statement_request(
            {"statement": "SELECT 1", "warehouse_id": WAREHOUSE_ID, "query_tags": tags},
            WAREHOUSE_ID,
        )
