"""The list of the page of request logs: its pages and columns, following it live, its states."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.errors import NotAllowed
from backend.request_logs.query import LogQuery
from tests.pages.deployed import ENDPOINT, known_endpoint
from tests.pages.logged_requests import (
    HOSTILE,
    OTHER,
    address_of,
    open_at,
    query_of,
    questions,
    row,
    unfold,
)


def test_first_look_reads_one_page_and_counts_nothing(visit, logs, shown):
    """No numbers beside filters, plots or bodies are asked for before somebody wants them."""
    at = open_at(visit)

    assert [each[0] for each in logs.asked] == ["endpoints", "page"]
    assert logs.last("page")[1:] == (LogQuery(ENDPOINT), None)
    assert questions(at)[:2] == ["Question 0", "Question 1"]
    assert len(at.dataframe[0].value) == 50
    assert "50 requests, as of" in shown(at)
    assert address_of(at) == {"endpoint": ENDPOINT}
    assert not at.exception


def test_pages_go_on_where_the_last_one_ended(visit, logs):
    """By the address, so that a link leads to the same page; and back the same way."""
    at = open_at(visit)
    assert at.button(key="log_newer").disabled
    at.button(key="log_older").click().run()
    assert questions(at)[0] == "Question 50"
    assert address_of(at)["before"] == "1.r49"
    at.button(key="log_older").click().run()
    assert len(at.dataframe[0].value) == 20
    assert at.button(key="log_older").disabled

    at.button(key="log_newer").click().run()
    assert address_of(at)["before"] == "1.r49"
    at.button(key="log_newer").click().run()
    assert "before" not in address_of(at)

    shared = open_at(visit, before="1.r49", endpoint=ENDPOINT)
    assert questions(shared)[0] == "Question 50"
    shared.button(key="log_newer").click().run()
    assert questions(shared)[0] == "Question 0"


@pytest.mark.parametrize("before", ["", "x.r1", "12", "-5.r1", "9" * 40 + ".r1"])
def test_place_that_is_none_is_the_newest_page(visit, logs, before):
    """An address may have been cut, or typed."""
    open_at(visit, before=before)

    assert logs.last("page")[2] is None


def test_clicks_elsewhere_do_not_read_the_list_again(visit, logs):
    """Unless somebody asks for it."""
    at = open_at(visit)
    unfold(at, "log_more")
    assert logs.times("page") == 1

    at.button(key="log_refresh").click().run()

    assert logs.times("page") == 2


def test_all_of_them_are_counted_when_somebody_asks(visit, logs, shown):
    """Counting is a query, so it takes a click; turning a page does not lose the number."""
    at = open_at(visit)

    at.button(key="log_count").click().run()

    assert "50 of 12,034 requests" in shown(at)
    at.button(key="log_older").click().run()
    assert "50 of 12,034 requests" in shown(at)
    assert logs.times("count") == 1


def test_nothing_is_left_to_count_where_all_of_them_are_shown(visit, logs, shown):
    """A page with nothing older and nothing newer is the whole."""
    logs.rows = logs.rows[:50]

    at = open_at(visit)

    assert not [each for each in at.button if each.key == "log_count"]
    assert "50 requests, as of" in shown(at)


def test_columns_are_chosen_and_stand_in_the_address(visit, logs):
    """The usual ones do not; those there are not are left out."""
    at = open_at(visit, columns="id,question,nonsense")
    assert list(at.dataframe[0].value.columns) == ["open", "question", "id"]

    pills = next(each for each in at.button_group if each.key == "log_columns")
    pills.set_value(["question", "version", "status"]).run()
    assert address_of(at)["columns"] == "question,version,status"
    usual = ["at", "question", "outcome", "said", "version", "latency", "requester"]
    next(each for each in at.button_group if each.key == "log_columns").set_value(usual).run()

    assert "columns" not in address_of(at)


def test_year_is_told_where_it_is_another_one(visit, logs):
    """Elsewhere it takes room and tells nothing."""
    now = datetime.now(UTC)
    for rows, told in (
        ([row(0, at=now)], "D MMM, HH:mm:ss"),
        ([row(0, at=now), row(1, at=now - timedelta(days=366))], "D MMM YYYY, HH:mm:ss"),
    ):
        logs.rows = rows
        drawn = json.loads(open_at(visit).dataframe[0].proto.columns)
        assert drawn["at"]["type_config"]["format"] == told


def test_rows_tell_outcome_and_verdicts_in_words(visit, logs):
    """Whatever was asked is text; of what nobody said anything nothing is told."""
    logs.rows = [
        row(0, question=HOSTILE, up=1, down=2, comments=1),
        row(1, status=499, latency_ms=None),
        row(2, status=500, error_code="CHAIN_FAILED", question="\ud800"),
    ]
    at = open_at(visit, columns="question,outcome,said,latency,error")

    table = at.dataframe[0].value
    assert questions(at)[0] == "<b>How</b> *many* days�?�"
    assert list(table["outcome"]) == ["Answered", "Left before the end", "Failed"]
    assert list(table["said"]) == ["1 right, 2 wrong, 1 comment", "", ""]
    assert list(table["error"])[2] == "CHAIN_FAILED"
    assert not at.exception


def test_marked_requests_bring_what_can_be_done_with_them(visit, logs, shown, monkeypatch):
    """With several; and with none there is nothing to do."""
    picked = []
    monkeypatch.setattr(
        "components.picked_requests.actions.draw",
        lambda _session, endpoint, ids: picked.append((endpoint, ids)),
    )
    at = open_at(visit)
    assert picked == []

    at.session_state["log_rows_1"] = {"selection": {"rows": [3, 1], "columns": [], "cells": []}}
    at.run()

    assert picked == [(ENDPOINT, ["r1", "r3"])]
    assert "2 requests marked" in shown(at)

    at.button(key="log_only").click().run()

    assert address_of(at)["requests"] == "r1,r3"
    assert "2 requests" in at.button(key="log_chip_0").label


def test_nothing_like_this_offers_a_longer_time(visit, logs, shown):
    """With all filters as they are."""
    logs.rows = []
    at = open_at(visit, version="9", span="30d")
    assert "No request is like this" in shown(at)
    assert "log_longer_30d" not in [each.key for each in at.button]

    at.button(key="log_longer_90d").click().run()

    assert query_of(at) == LogQuery(ENDPOINT, "90d", version="9")


def test_without_any_log_it_is_said_how_to_get_one(visit, logs, shown):
    """There is nothing to choose from then."""
    logs.names = []

    assert "No requests are on record" in shown(open_at(visit))


def test_other_chain_keeps_the_time_and_loses_the_rest(visit, logs):
    """Versions and people of one chain mean nothing for another."""
    at = open_at(visit, version="2", span="24h", columns="id")

    at.selectbox(key="log_endpoint").select(OTHER).run()

    assert address_of(at) == {"endpoint": OTHER, "span": "24h", "columns": "id"}
    assert logs.last("page")[1] == LogQuery(OTHER, "24h")


def test_link_to_a_chain_that_is_not_listed_says_what_is_wrong(visit, logs, shown):
    """The workspace says it, not the list."""
    at = open_at(visit, endpoint="gone")

    assert logs.last("page")[1] == LogQuery("gone")
    assert at.selectbox(key="log_endpoint").value == "gone"


def test_chains_are_called_as_in_the_chat(visit, logs):
    """By their titles, where those tell them apart; else by their names, which always do."""
    at = open_at(visit)
    assert at.selectbox(key="log_endpoint").options == [ENDPOINT, OTHER]

    visit.endpoints.content = [
        known_endpoint(),
        replace(known_endpoint(), name="agents_main-hr-other"),
    ]
    assert open_at(visit).selectbox(key="log_endpoint").options == [ENDPOINT, OTHER]

    visit.endpoints.content = visit.endpoints.content[:1]
    assert open_at(visit).selectbox(key="log_endpoint").options == ["Handbook chain", OTHER]


def test_what_the_workspace_refuses_is_a_sentence(visit, logs, shown):
    """With a way to try again."""
    logs.error = NotAllowed("The app may not read the table.")
    at = open_at(visit)

    assert "The app may not read the table." in shown(at)
    assert "Try again" in [each.label for each in at.button]


def test_reviewers_do_not_have_this_page(visit, logs):
    """What others asked is not for them."""
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        visit.open("request_logs.py")
