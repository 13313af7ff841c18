"""The filters of the page of request logs, and the address that says all of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.errors import Unreachable
from backend.request_logs.query import LogQuery, Outcome, Said
from backend.request_logs.record import Facet
from tests.pages.deployed import ENDPOINT
from tests.pages.logged_requests import EVERYTHING, address_of, open_at, query_of, unfold


def test_everything_that_is_filtered_comes_from_the_address(visit, logs, shown):
    """Who opens a copy of it sees the same, each filter as a chip."""
    at = open_at(visit, **EVERYTHING.parameters())

    assert logs.last("page")[1] == EVERYTHING
    chips = [each for each in at.button if each.key.startswith("log_chip_")]
    text = "\n".join(each.label for each in chips).replace("\\", "").replace("\u2060", "")
    assert len(chips) == 16
    for said in (
        "3 Mar 2026, 12:00 to 3 Mar 2026, 13:00",
        "Version 2",
        "Failed",
        "Status 500 internal server error",
        "Error CHAIN_FAILED",
        "Took 100 ms or longer",
        "Took 2.0 s at most",
        "Asked by rita@example.com",
        "Conversation c1",
        "Called wrong",
        "Judged by ruth@example.com",
        "With a comment",
        "Because: Made up or Of *ours*",
        "Contains “days *off*”",
        "Request r1",
        "With trials, tests and replays",
    ):
        assert said in text
    assert "searched within the time chosen: 3 Mar 2026, 12:00" in shown(at)
    assert query_of(at) == EVERYTHING
    assert not at.exception


def test_each_chip_takes_off_its_own_filter(visit, logs):
    """And nothing else; all of them are taken off at once by another button."""
    at = open_at(visit, **EVERYTHING.parameters())
    number = len([each for each in at.button if each.key.startswith("log_chip_")])

    for left in range(number - 1, -1, -1):
        at.button(key="log_chip_0").click().run()
        assert len([each for each in at.button if each.key.startswith("log_chip_")]) == left
    assert query_of(at) == LogQuery(ENDPOINT)

    at = open_at(visit, **EVERYTHING.parameters())
    at.button(key="log_clear").click().run()
    assert query_of(at) == LogQuery(ENDPOINT)
    assert logs.last("page")[1] == LogQuery(ENDPOINT)


def test_the_last_so_many_days_are_named_once(visit, logs):
    """Where they are chosen; taking everything else off leaves them."""
    at = open_at(visit, span="24h", version="2")
    chips = [each.label for each in at.button if each.key.startswith("log_chip_")]
    assert chips == ["Version 2"]

    at.button(key="log_clear").click().run()

    assert query_of(at) == LogQuery(ENDPOINT, "24h")
    assert "log_clear" not in [each.key for each in at.button]


def test_opened_filter_counts_its_values_and_takes_one(visit, logs):
    """Counted once, under all other filters, and not again when it is opened again."""
    at = open_at(visit, version="1", said="down")
    unfold(at, "log_values_version")

    assert logs.last("facet")[1:] == (LogQuery(ENDPOINT, said=Said.DOWN), "version")
    choice = at.radio(key="log_choice_version")
    assert choice.options == ["Any", "Version 2 · 1,204", "Version 1 · 3"]
    assert choice.value == "1"
    choice.set_value("2").run()

    assert query_of(at) == LogQuery(ENDPOINT, version="2", said=Said.DOWN)
    assert at.session_state["log_values_version"] is False
    unfold(at, "log_values_version")
    at.radio(key="log_choice_version").set_value("").run()
    assert query_of(at).version == ""
    assert logs.times("facet") == 1


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("outcome", "left", "outcome", Outcome.LEFT),
        ("said", "none", "said", Said.NOTHING),
        ("status", "500", "status", 500),
        ("error", "CHAIN_FAILED", "error_code", "CHAIN_FAILED"),
        ("requester", "rita@example.com", "requester", "rita@example.com"),
        ("reviewer", "ruth@example.com", "said_by", "ruth@example.com"),
    ],
)
def test_each_value_is_read_as_what_it_is(visit, logs, name, value, field, read):
    """Also those behind the other filters, and those nothing was counted of."""
    logs.facets = {name: [Facet(value, 5)]} if name not in ("outcome", "said") else {}
    at = unfold(open_at(visit), "log_more")
    unfold(at, f"log_values_{name}")

    at.radio(key=f"log_choice_{name}").set_value(value).run()

    assert logs.last("page")[1] == replace(LogQuery(ENDPOINT), **{field: read})
    assert query_of(at) == logs.last("page")[1]
    assert not at.exception


def test_several_reasons_can_be_chosen(visit, logs):
    """Any of them is enough; their names are anybody's text."""
    at = unfold(open_at(visit), "log_more")
    unfold(at, "log_values_reasons")

    pills = next(each for each in at.button_group if each.key == "log_choice_reasons")
    assert pills.options == ["Made up · 5", r"Of \*ours\* · 2"]
    pills.set_value(["made_up", "of_*ours*"]).run()

    assert query_of(at).reasons == ("made_up", "of_*ours*")


def test_value_nobody_counted_can_be_typed(visit, logs):
    """A version that is not among the fifty most frequent, say."""
    at = unfold(open_at(visit), "log_values_version")

    at.text_input(key="log_typed_version").input(" 17 ")
    next(each for each in at.button if each.label == "Show").click().run()

    assert query_of(at) == LogQuery(ENDPOINT, version="17")


def test_filter_that_cannot_be_counted_says_why(visit, logs, shown):
    """What can be chosen without counting still can be."""
    at = open_at(visit)
    logs.error = Unreachable()
    at.session_state["log_values_outcome"] = True
    at.run()

    assert "cannot be reached" in shown(at)
    assert at.radio(key="log_choice_outcome").options == [
        "Any",
        "Answered",
        "Failed",
        "Left before the end",
    ]


def test_text_is_searched_with_enter(visit, logs):
    """The address has it, and what was open is closed."""
    at = open_at(visit, open="r3")

    at.text_input(key="log_text").input(" Days off ").run()

    assert address_of(at) == {"endpoint": ENDPOINT, "text": "Days off"}
    assert logs.last("page")[1].text == "Days off"


def test_numbers_and_names_behind_the_other_filters(visit, logs):
    """They are asked for together, with one click."""
    at = unfold(open_at(visit, slower="7"), "log_more")
    assert at.number_input(key="log_slower").value == 7
    at.number_input(key="log_slower").set_value(500)
    at.number_input(key="log_faster").set_value(9000)
    at.text_input(key="log_conversation").input("c7 ")
    at.text_input(key="log_request").input(" r7")
    next(each for each in at.button if each.label == "Apply").click().run()
    wanted = LogQuery(ENDPOINT, min_ms=500, max_ms=9000, conversation="c7", request="r7")
    assert query_of(at) == wanted

    at.checkbox(key="log_with_comment").check().run()
    at.checkbox(key="log_own").check().run()

    assert query_of(at) == replace(wanted, with_comment=True, with_own=True)


def test_time_is_chosen_by_span_or_by_two_moments(visit, logs, shown):
    """In the viewer's own zone; an end before the beginning is not taken."""
    at = unfold(open_at(visit), "log_time")
    at.radio(key="log_span").set_value("24h").run()
    assert query_of(at) == LogQuery(ENDPOINT, "24h")
    assert at.session_state["log_time"] is False

    unfold(at, "log_time")
    at.session_state["log_since"] = datetime(2026, 3, 3, 12)
    at.session_state["log_until"] = datetime(2026, 3, 3, 11)
    submit = next(each for each in at.button if each.label == "Show this time")
    submit.click().run()
    assert "The end lies before the beginning" in shown(at)

    at.session_state["log_until"] = datetime(2026, 3, 3, 13)
    next(each for each in at.button if each.label == "Show this time").click().run()
    query = query_of(at)
    assert (query.since, query.until) == (
        datetime(2026, 3, 3, 12, tzinfo=UTC),
        datetime(2026, 3, 3, 13, tzinfo=UTC),
    )
