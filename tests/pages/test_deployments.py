"""The page of deployments: what answers, going back, dividing, and the ledger."""

from datetime import timedelta

import pytest

from backend.endpoints import Endpoint, Readiness, ServedVersion
from backend.errors import Unreachable
from backend.identity import Role
from backend.release_record import Kind, Outcome, Page, Share
from backend.releases import LiveThen
from backend.version_figures import VersionFigures
from components import session
from tests.pages.deployed import ENDPOINT, FIRST, NOON, SECOND, FakeDeployments, release


@pytest.fixture
def deployments(visit) -> FakeDeployments:
    """An admin, and one endpoint."""
    visit.identity.roles = {Role.ADMIN}
    served = (ServedVersion(SECOND.name, SECOND.model, SECOND.version, 100),)
    visit.endpoints.content = [Endpoint(ENDPOINT, "", "", Readiness.READY, served)]
    visit.deployments = FakeDeployments()
    return visit.deployments


def names(at) -> list[str]:
    return [button.label for button in at.button]


def press(at, label):
    return next(each for each in at.button if each.label == label).click()


def test_whoever_is_no_admin_any_more_sees_nothing_of_it(visit, deployments, shown, monkeypatch):
    """Not in their menu; and a tab that is open when the role is taken away closes the page."""
    at = visit.open("deployments.py")
    assert "Roll back to version 1" in names(at)
    visit.identity.roles = {Role.REVIEWER, Role.ANALYST}
    monkeypatch.setattr(session, "FRESH_SECONDS", -1)

    at.run()

    assert "Roll back to version 1" not in names(at)


def test_without_an_endpoint_the_page_says_what_to_do(visit, shown):
    """An empty list is explained."""
    visit.identity.roles = {Role.ADMIN}

    assert "Nothing is deployed yet" in shown(visit.open("deployments.py"))


def test_what_answers_is_said_in_a_sentence(visit, deployments, shown):
    """And the kept version is in the table beside it."""
    deployments.known = {
        "2": VersionFigures("2", requests=200, errors=3, p95_ms=1234, up=8, down=2)
    }

    at = visit.open("deployments.py")

    assert "is answered by **version 2**" in shown(at)
    table = at.dataframe[0].value
    assert list(table["Version"]) == ["2", "1"]
    assert list(table["Share"]) == ["100 %", "kept, ready to return"]
    assert list(table["Failed"]) == ["2%", "-"]
    assert list(table["95 of 100 within"]) == ["1.2 s", "-"]
    assert list(table["Thumbs up"]) == ["8 of 10", "-"]


def test_figures_that_cannot_be_read_do_not_stop_anybody(visit, deployments, shown):
    """Rolling back must be possible when the tables are not there."""
    deployments.known = Unreachable()

    at = visit.open("deployments.py")

    assert "Figures cannot be shown now." in shown(at)
    assert "Roll back to version 1" in names(at)


def test_dialog_shows_what_is_known_of_both_versions(visit, deployments, shown):
    """Whoever goes back sees what was said of either."""
    deployments.known = {"2": VersionFigures("2", requests=200, errors=50, p95_ms=900, down=9)}

    at = press(visit.open("deployments.py"), "Roll back to version 1").run()

    text = shown(at)
    assert "200 questions · 25% failed · 95 of 100 answered within 900 ms" in text
    assert "Nobody has asked it in the last 30 days." in text
    assert "Version 1 will take all questions. Version 2 stays, ready to return." in text


def test_no_roll_back_without_another_version(visit, deployments, shown):
    """The page says so instead of offering it."""
    deployments.served = (SECOND,)

    at = visit.open("deployments.py")

    assert not any(label.startswith("Roll back") for label in names(at))
    assert "There is no other version to go back to yet." in shown(at)


def test_who_may_not_change_the_endpoint_only_looks(visit, deployments):
    """The workspace would refuse; the page does not tempt anybody."""
    deployments.may_change = False

    labels = names(visit.open("deployments.py"))

    assert not {"Roll back to version 1", "Divide the questions"} & set(labels)


def test_change_under_way_is_told(visit, deployments, shown):
    """Nothing else can be asked for until it is over."""
    deployments.coming = (Share("chain_3", SECOND.model, "3", 100), SECOND)

    at = visit.open("deployments.py")

    assert "Being prepared: version 3 (100 %) and version 2 (100 %)." in at.info[0].value
    assert "Roll back to version 1" not in names(at)


def test_release_says_what_when_who_and_why(visit, deployments, shown):
    """The reason is text and no Markdown."""
    text = shown(visit.open("deployments.py"))

    assert "Deployed from version 1 to version 2" in text
    assert "Knows the new *prices*" in text
    assert "By admin@" in text
    assert "3 Mar 2026, 12:00" in text


def test_first_release_names_what_it_brought(visit, deployments, shown):
    """There was nothing before it."""
    deployments.page = Page((release(before=()),))

    assert "Deployed: version 2" in shown(visit.open("deployments.py"))


def test_failed_release_shows_what_the_version_said(visit, deployments, shown):
    """The last words are not Markdown either."""
    failed = release(outcome=Outcome.FAILED, problem="No module named 'six'")
    deployments.page = Page((failed,))

    at = visit.open("deployments.py")

    assert "Failed" in shown(at)
    assert at.code[0].value == "No module named 'six'"


def test_change_by_another_client_says_between_which_moments(visit, deployments, shown):
    """Its author is not known; its first answer is the proof."""
    observed = release(
        kind=Kind.OBSERVED, by="", reason="", seen_before=NOON - timedelta(hours=1), proof="req-1"
    )
    deployments.page = Page((observed,))

    text = shown(visit.open("deployments.py"))

    assert "Changed outside the app from version 1 to version 2" in text
    assert "between 3 Mar 2026, 11:00 and 3 Mar 2026, 12:00" in text
    assert "req-1" in text


def test_what_was_live_is_answered(visit, deployments, shown):
    """With who released it, and what may have been live instead."""
    deployments.then = LiveThen(release(), release(kind=Kind.OBSERVED, after=(FIRST, SECOND)))

    text = shown(press(visit.open("deployments.py"), "What was live?").run())

    assert "Version 2 answered, since 3 Mar 2026, 12:00. By admin@" in text
    assert "It may already have been" in text


def test_nothing_on_record_is_said(visit, deployments, shown):
    """No guess."""
    text = shown(press(visit.open("deployments.py"), "What was live?").run())

    assert "Nothing that is on record was live then." in text


def test_earlier_releases_are_fetched_when_asked_for(visit, deployments):
    """And one finds the way back."""
    deployments.page = Page((release(),), "next")

    at = press(visit.open("deployments.py"), "Show earlier ones").run()

    assert "Back to the newest" in names(at)
