"""One trace with what is around it, two compared, and the links that lead there."""

import json

import pytest

from backend.errors import NotAllowed, Unreachable
from backend.identity import Role
from components.trace_search import addresses
from components.trace_view import view as trace_view
from tests.pages.searched import address_of, open_at
from tests.pages.traced import TwoTraces, row


@pytest.fixture
def search(visit):
    """An analyst, and two chains with traces."""
    visit.identity.roles = {Role.ANALYST}
    return visit.trace_search


@pytest.fixture
def two(visit, search):
    """Two traces that can be compared."""
    visit.trace_reading = TwoTraces()
    return visit.trace_reading


def test_two_traces_are_compared_step_by_step(visit, two, shown):
    """With times, and with what only one of them did."""
    at = open_at(trace="tr-a", other="tr-b")

    assert "The second took 70 ms longer." in shown(at)
    assert "1 step is only in the first. 1 step is only in the second." in shown(at)
    table = at.dataframe[0].value
    assert [each.strip() for each in table["Step"]] == ["chain", "look up", "rank", "ask again"]
    assert list(table["In"]) == ["both", "both", "only first", "only second"]
    assert list(table["Difference (ms)"][:2]) == [70, 35]


def test_content_of_a_step_is_compared(visit, two, shown):
    """The link names it; texts that are the same are not shown twice."""
    at = open_at(trace="tr-a", other="tr-b", span="a1")

    changes = "".join(each.value for each in at.get("html") if "text-changes" in str(each.value))
    assert "<del>" in changes
    assert "six" in changes
    assert "The same in both" in shown(at)


def test_what_was_asked_and_answered_is_compared_first(visit, two, shown):
    """As it is read: who said what, without the brackets of JSON."""
    for span, asked in (("a0", "five days"), ("b0", "six days")):
        two.inputs[span] = json.dumps({"messages": [{"role": "user", "content": asked}]})

    at = open_at(trace="tr-a", other="tr-b")

    (changes,) = [
        each.value for each in at.get("html") if '<div class="text-changes">' in each.value
    ]
    assert "user:" in changes
    assert "six" in changes
    assert "{" not in changes.split("</style>")[1]
    assert "span" not in address_of(at)
    assert "version chain_3" in shown(at)


def test_comparison_can_be_turned_round(visit, two):
    """What was longer is shorter then."""
    at = open_at(trace="tr-a", other="tr-b")

    at.button(key="traces_swap").click().run()

    assert (address_of(at)["trace"], address_of(at)["other"]) == ("tr-b", "tr-a")


def test_trace_that_cannot_be_read_is_said(visit, two, shown):
    """With a way to try again."""
    two.error = Unreachable()

    assert "cannot be reached" in shown(open_at(trace="tr-a", other="tr-b"))


def test_links_lead_to_traces_and_their_steps():
    """As other pages write them."""
    assert addresses.of_trace("tr-1") == "/traces?trace=tr-1"
    assert addresses.of_trace("tr-1", "a b") == "/traces?trace=tr-1&span=a+b"
    assert addresses.of_two("tr-1", "tr-2") == "/traces?trace=tr-1&other=tr-2"
    assert addresses.of_request("r&1") == "/traces?request=r%261"
    assert addresses.of_filter("a = 'b'") == "/traces?filter=a+%3D+%27b%27"
    assert addresses.of_filter("") == "/traces"
    assert row().trace_id == "tr-1"


def test_trace_is_opened_with_its_conversation_around_it(visit, search, monkeypatch):
    """The way back leads to what was looked for."""
    drawn = []
    monkeypatch.setattr(trace_view, "draw", lambda _session, *named: drawn.append(named))
    at = open_at(filter="trace.status = 'OK'", trace="tr-2", span="s1")
    assert drawn[-1] == ("tr-2", "s1")

    at.button(key="traces_earlier").click().run()
    assert (address_of(at)["trace"], drawn[-1]) == ("tr-3", ("tr-3", ""))
    at.button(key="traces_back").click().run()
    assert address_of(at) == {"filter": "trace.status = 'OK'"}
    assert at.dataframe


def test_trace_mlflow_does_not_know_is_drawn_all_the_same(visit, search, monkeypatch):
    """It may be on record; only what is around it is missing."""
    drawn = []
    monkeypatch.setattr(trace_view, "draw", lambda _session, *named: drawn.append(named))
    search.beside = NotAllowed()

    at = open_at(trace="tr-9")

    assert drawn == [("tr-9", "")]
    assert "traces_earlier" not in [each.key for each in at.button]


def test_request_leads_to_its_trace(visit, search, monkeypatch, shown):
    """The address names the trace then."""
    monkeypatch.setattr(trace_view, "draw", lambda _session, *named: None)

    assert address_of(open_at(request="r9", endpoint="agents_hr")) == {"trace": "tr-9"}
    assert search.asked[0] == ("r9", "agents_hr")
    assert "Neither MLflow nor a request log" in shown(open_at(request="r0"))
