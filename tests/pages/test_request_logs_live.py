"""Following the list of requests live: what is new comes on top, and nothing else moves."""

from datetime import timedelta

from backend.errors import Unreachable
from tests.pages.logged_requests import (
    EVERYTHING,
    NOON,
    address_of,
    open_at,
    questions,
    row,
)


def test_following_puts_what_is_new_on_top(visit, logs, shown):
    """While nobody reads anything; what came is asked for behind the newest."""
    at = open_at(visit)
    at.toggle(key="log_follow").set_value(True).run()
    assert "Following. Nothing new as of" in shown(at)

    logs.came = [row(-1, question="Just now")]
    at.run()

    assert questions(at)[:2] == ["Just now", "Question 0"]
    assert logs.times("page") == 1
    newest = logs.last("newer")[2]
    assert newest.request_id == "r-1"
    assert newest.micros == int((NOON + timedelta(seconds=1)).timestamp()) * 1_000_000


def test_following_moves_nothing_that_is_read(visit, logs):
    """It says how much is new, and shows it when somebody wants it; what is marked stays marked."""
    at = open_at(visit, open="r3")
    chosen = {"rows": [1, 4], "columns": [], "cells": [(3, "at")]}
    at.session_state["log_rows_1"] = {"selection": chosen}
    at.toggle(key="log_follow").set_value(True).run()
    logs.came = [row(-1, question="Just now"), row(-2), row(3)]
    at.run()
    assert questions(at)[0] == "Question 0"

    show = at.button(key="log_show_new")
    assert show.label == "Show 2 new requests"
    show.click().run()

    assert questions(at)[:2] == ["Question -2", "Just now"]
    assert address_of(at)["open"] == "r3"
    moved = at.session_state["log_rows_1"]["selection"]
    assert (moved["rows"], moved["cells"]) == ([3, 6], [(5, "at")])


def test_more_than_fits_on_top_is_read_anew(visit, logs):
    """A gap in the list would be worse than a second look."""
    at = open_at(visit)
    logs.came = [row(-1 - number) for number in range(200)]
    logs.rows = [*logs.came[:1], *logs.rows]
    at.toggle(key="log_follow").set_value(True).run()

    assert logs.times("page") >= 2
    assert len(at.dataframe[0].value) == 50


def test_time_that_is_over_cannot_be_followed(visit, logs):
    """Nothing new comes to it."""
    at = open_at(visit, **EVERYTHING.parameters())

    assert at.toggle(key="log_follow").disabled


def test_following_does_not_leave_an_older_page(visit, logs, shown):
    """What is new is not on it, and nothing is asked for."""
    at = open_at(visit, before="1.r49")
    at.toggle(key="log_follow").set_value(True).run()

    assert "What is new is on the newest one." in shown(at)
    assert logs.times("newer") == 0
    assert questions(at)[0] == "Question 50"


def test_problem_while_following_is_told_and_the_list_stays(visit, logs, shown):
    """The next look is in a moment."""
    at = open_at(visit)
    logs.error = Unreachable()
    at.toggle(key="log_follow").set_value(True).run()

    assert "What is new cannot be told now" in shown(at)
    assert len(at.dataframe[0].value) == 50
