"""The frame around every page: who gets in, and what is said when something breaks."""

import pytest

from backend.errors import Failed, SignInNeeded, Unreachable
from backend.identity import Role
from backend.reachability import Part
from components import session
from tests.pages.talked import ask, button, labels, prepare


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
    next(each for each in at.button if each.label == "Try again").click().run()

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


def test_the_sidebar_says_who_one_is_and_where(visit):
    """Whoever holds several roles in several workspaces knows in which one they are."""
    visit.identity.roles = {Role.ANALYST, Role.REVIEWER}

    (person,) = [each.value for each in visit.open().sidebar.get("html")]

    assert "Alice [Archer]" in person
    assert "Reviewer and analyst" in person
    assert "Workspace workspace.example.com" in person


def test_a_workspace_that_goes_away_leaves_the_page_as_it_is(visit, shown, monkeypatch):
    """An open conversation can be read on; a line says what is wrong."""
    at = ask(prepare(visit).open())
    monkeypatch.setattr(session, "FRESH_SECONDS", 0)
    monkeypatch.setattr("components.chat.chain_chooser.FRESH_SECONDS", 0)
    visit.identity.error = visit.endpoints.content = Unreachable()
    visit.reachability.away = {Part.WORKSPACE}

    at.run()

    assert not at.exception
    assert "Yes." in shown(at)
    assert "The workspace cannot be reached. What is on the screen stays" in shown(at)


def test_a_workspace_that_stays_away_closes_the_page(visit, shown, monkeypatch):
    """Whether somebody still has their role cannot be left open for ever."""
    at = visit.open()
    monkeypatch.setattr(session, "FRESH_SECONDS", 0)
    monkeypatch.setattr(session, "PATIENCE_SECONDS", 0)
    visit.identity.error = Unreachable()

    at.run()

    assert "There is no chain for you yet" not in shown(at)
    assert "Try again" in labels(at)


def test_while_mlflow_is_away_a_line_says_so_on_every_page(visit, shown):
    """The page works on, and the line goes when somebody tries again after it is back."""
    visit.reachability.away = {Part.MLFLOW}
    at = visit.open("home.py")
    assert "MLflow cannot be reached." in shown(at)
    assert "Hello, Alice" in shown(at)

    visit.reachability.away = set()
    button(at, "Try again").click().run()

    assert visit.reachability.times_looked == 1
    assert "MLflow cannot be reached." not in shown(at)
    assert "Hello, Alice" in shown(at)


def test_the_line_stands_above_an_error_too(visit, shown):
    """What is away may be the reason."""
    visit.endpoints.content = Unreachable()
    visit.reachability.away = {Part.WORKSPACE}

    text = shown(visit.open("home.py"))

    assert text.count("The workspace cannot be reached.") == 2
