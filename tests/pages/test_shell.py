"""The frame around every page: who gets in, and what is said when something breaks."""

import pytest

from backend.errors import Failed, SignInNeeded, Unreachable
from backend.identity import Role
from components import session


def test_without_a_cookie_the_visitor_is_told_how_to_get_in(visit, shown):
    """Nothing is asked of the workspace for somebody unknown."""
    visit.token = None

    at = visit.open()

    assert not at.exception
    assert "personal sign-in link" in shown(at)
    assert visit.tokens_used == []


def test_the_workspace_is_opened_with_the_visitors_own_token(visit):
    """The app's own token must never answer for a person."""
    at = visit.open()

    assert not at.exception
    assert visit.tokens_used == ["dapi-alice"]


def test_a_click_does_not_connect_again(visit):
    """The connection and the person are kept for the tab."""
    visit.open().run()

    assert len(visit.tokens_used) == 1


def test_a_token_the_workspace_does_not_take_leads_to_the_sign_in_page(visit, shown):
    """An expired sign-in is no error, but a reason to open a new link."""
    visit.connect_error = SignInNeeded()

    at = visit.open()

    assert not at.exception
    assert "no longer valid" in shown(at)
    assert "personal sign-in link" in shown(at)


def test_an_unreachable_workspace_is_a_sentence_and_can_be_tried_again(visit, shown):
    """Trying again connects again, and then the page is there."""
    visit.connect_error = Unreachable()
    at = visit.open()
    assert not at.exception
    assert "The workspace cannot be reached." in shown(at)

    visit.connect_error = None
    at.button(key="try_again").click().run()

    assert not at.exception
    assert "There is no chain for you yet" in shown(at)


def test_somebody_without_a_role_is_told_whom_to_ask(visit, shown):
    """Signing in alone shows no page."""
    visit.identity.roles = set()

    at = visit.open()

    assert not at.exception
    assert "You have no role here yet" in shown(at)
    assert "There is no chain for you yet" not in shown(at)


def test_a_role_taken_away_closes_the_page_in_an_open_tab(visit, shown, monkeypatch):
    """Who somebody is gets asked again once in a while."""
    at = visit.open()
    visit.identity.roles = set()
    monkeypatch.setattr(session, "FRESH_SECONDS", 0)

    at.run()

    assert "You have no role here yet" in shown(at)


def test_signing_out_closes_the_page_in_an_open_tab(visit, shown):
    """A session kept in memory ends with the cookie it was opened with."""
    at = visit.open()
    visit.token = None

    at.run()

    assert "personal sign-in link" in shown(at)
    assert "There is no chain for you yet" not in shown(at)


def test_another_person_on_the_same_tab_gets_their_own_session(visit):
    """The kept session belongs to one token."""
    at = visit.open()
    visit.token = "dapi-bob"

    at.run()

    assert visit.tokens_used == ["dapi-alice", "dapi-bob"]


def test_a_missing_setting_is_a_sentence(visit, shown, monkeypatch):
    """Whoever starts the app wrongly reads which variable is missing."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI")

    at = visit.open()

    assert not at.exception
    assert "MLFLOW_TRACKING_URI" in shown(at)


def test_the_request_id_is_shown(visit, shown):
    """With it an administrator finds the request."""
    visit.endpoints.content = Failed(request_id="req-1")

    assert "Request id: req-1" in shown(visit.open())


def test_a_mistake_in_the_app_is_a_sentence_with_an_id(visit, shown, caplog):
    """The stack trace goes to the log under the id the person sees."""
    visit.endpoints.content = KeyError("secret detail")

    at = visit.open()

    assert not at.exception
    (reference,) = [each.value for each in at.caption if each.value.startswith("Request id: ")]
    assert reference.removeprefix("Request id: ") in caplog.text
    assert "secret detail" not in shown(at)
    assert not at.code


@pytest.mark.parametrize("error", [Failed(), KeyError("secret detail")])
def test_only_administrators_see_details(visit, error):
    """A stack trace helps nobody else and may say too much."""
    visit.identity.roles = {Role.ADMIN}
    visit.endpoints.content = error

    assert "Traceback" in visit.open().code[0].value
