"""What the ledger offers beside its list: searching it, its file, and what a release answered."""

from datetime import timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from backend.errors import Unreachable
from backend.identity import Role, Viewer
from backend.releases.answers import Answered, Answers, Period
from backend.releases.query import ReleaseQuery
from backend.releases.record import Kind, Outcome, Page
from components.releases import answers as release_answers
from components.releases import search as release_search
from components.session import Session
from tests.pages.deployed import ENDPOINT, FIRST, NOON, SECOND, release

ALICE = Viewer("alice@example.com", "Alice", frozenset({Role.ADMIN}))


def answered(share, requests, errors=0):
    period = Period(share, NOON)
    return Answered(period, requests, errors, NOON, NOON + timedelta(hours=1), "a", "b")


@pytest.fixture(autouse=True)
def links(monkeypatch):
    """Where one is led from here; a component alone knows no other pages."""
    led: list[dict[str, str]] = []
    monkeypatch.setattr(st, "page_link", lambda _page, **more: led.append(more["query_params"]))
    return led


@pytest.fixture
def session(visit) -> Session:
    return Session("dapi-alice", visit, ALICE)


def drawn(component: str, session: Session, *arguments) -> AppTest:
    """Run one component as a page of its own."""

    def script(component, session, arguments):
        import importlib  # noqa: PLC0415 - this is a script of its own

        importlib.import_module(f"components.{component}").draw(session, *arguments)

    return AppTest.from_function(script, args=(component, session, arguments)).run()


def press(at, label):
    return next(each for each in at.button if each.label == label).click().run()


def test_requests_of_a_release_are_counted_when_somebody_asks(visit, session, shown, links):
    """Not for every release on a page, and not again with every click elsewhere."""
    visit.release_search.answered = Answers(ENDPOINT, (answered(SECOND, 1204, errors=3),))
    at = drawn("releases.answers", session, release())
    assert visit.release_search.counted == []

    at = press(at, "What did it answer?").run()

    assert "Answered 1,204 questions between" in shown(at)
    assert "3 of them failed." in shown(at)
    assert visit.release_search.counted == ["r1"]
    # Just these are shown where requests are, the last one included.
    assert links[-1] == {
        "endpoint": ENDPOINT,
        "from": NOON.isoformat(),
        "to": (NOON + timedelta(hours=1, milliseconds=1)).isoformat(),
        "version": "2",
    }
    press(at, "Count again")
    assert visit.release_search.counted == ["r1", "r1"]


def test_what_never_answered_is_not_counted(session):
    """A release that failed has no requests."""
    for what in ({"outcome": Outcome.FAILED}, {"kind": Kind.PREPARE}, {"kind": Kind.STOP}):
        assert not drawn("releases.answers", session, release(**what)).button


def test_problem_while_counting_is_a_sentence(visit, session, shown):
    """And one can try again."""
    visit.release_search.answered = Unreachable()

    at = press(drawn("releases.answers", session, release()), "What did it answer?")

    assert "cannot be reached" in shown(at)
    assert [button.label for button in at.button] == ["What did it answer?"]


def test_divided_questions_are_told_by_version():
    """With one version there is nothing to divide."""
    both = Answers(ENDPOINT, (answered(SECOND, 9), answered(FIRST, 1)))

    assert "Of these, version 2: 9, version 1: 1." in release_answers.in_words(both)
    assert "Of these" not in release_answers.in_words(Answers(ENDPOINT, (answered(SECOND, 9),)))


def test_release_without_requests_and_without_a_log_are_told_apart():
    """No question is not the same as no record."""
    nobody = Answers(ENDPOINT, (Answered(Period(SECOND, NOON)),))

    assert "no question" in release_answers.in_words(nobody)
    assert "keeps no log" in release_answers.in_words(None)


def test_ledger_is_searched_by_all_that_was_filled_in(visit, session, shown):
    """One query; what was left open is not asked for."""
    visit.release_search.found = Page((release(),), "more")
    at = drawn("releases.search", session, ENDPOINT)
    assert visit.release_search.asked == []

    at.text_input(key="search_by").input("alice ")
    at.selectbox(key="search_kind").select("Rolled back")
    at = press(at, "Search")

    query = ReleaseQuery(ENDPOINT, by="alice", kind=Kind.ROLL_BACK)
    assert visit.release_search.asked == [(query, None)]
    assert "Knows the new *prices*" in shown(at)
    press(at, "Show earlier ones")
    assert visit.release_search.asked[-1] == (query, "more")


def test_request_leads_to_its_release(visit, session, shown):
    """By the id somebody was told; what is not on record is said to be not."""
    visit.release_search.requests = {"req-1": release(), "req-2": None}
    visit.release_search.found = Page((release(),))
    at = press(drawn("releases.search", session, ENDPOINT), "Search")

    said = []
    for request_id in ("req-1", "req-2", "req-3"):
        at.text_input(key="search_request").input(request_id)
        said.append(shown(press(at, "Which release answered?")))

    assert "Deployed from version 1 to version 2" in said[0]
    assert "Nothing on record says" in said[1]
    assert "No request of this id" in said[2]


def test_everything_the_ledger_knows_can_be_looked_for():
    """Also what is added to it one day."""
    assert set(release_search.KINDS.values()) == set(Kind)
    assert set(release_search.OUTCOMES.values()) == set(Outcome)


def test_search_without_a_hit_says_so(session, shown):
    """An empty list is explained."""
    at = press(drawn("releases.search", session, ENDPOINT), "Search")

    assert "No such release" in shown(at)


def test_ledger_is_offered_as_a_file_of_two_kinds(session):
    """Made when somebody clicks."""
    at = drawn("releases.export", session, ENDPOINT)

    assert [each.label for each in at.get("download_button")] == ["CSV", "JSONL"]
