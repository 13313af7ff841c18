"""What the page of access does, through its services, with a running workspace and MLflow."""

import logging
from datetime import UTC, datetime, timedelta

import mlflow
import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import PermissionDenied, Unauthenticated

from backend.access.access import Access
from backend.access.invitations import Invitations
from backend.access.lists import Grantee, Kind, Level
from backend.access.review_setup import ReviewSetup
from backend.errors import AlreadyExists, NotAllowed, NotFound, Refused
from backend.feedback.label_schemas import AnswerKind, LabelSchemas, Question
from backend.identity import Role, Viewer
from backend.serving.reviewer_guide import ReviewerGuide
from tests.contract.conftest import create_endpoint
from tests.registered_models import question

NAME = "accessible"
GUEST = Grantee(Kind.PERSON, "guest@example.com")
REVIEWERS = Grantee(Kind.GROUP, "reviewers")
WEEK, DAY = timedelta(days=7), timedelta(days=1)


@pytest.fixture(scope="module")
def admin(client) -> Viewer:
    return Viewer(client.current_user.me().user_name, "Admin", frozenset({Role.ADMIN}))


@pytest.fixture(scope="module")
def opened(client, scripted) -> str:
    """An endpoint of its own that traces into an experiment of its own."""
    experiment = mlflow.create_experiment("/Shared/accessible")
    create_endpoint(client, NAME, scripted)
    tag = {"key": "MONITOR_EXPERIMENT_ID", "value": experiment}
    path = f"/api/2.0/serving-endpoints/{NAME}/tags"
    client.api_client.do("PATCH", path, body={"add_tags": [tag]})
    return NAME


@pytest.fixture
def access(client) -> Access:
    return Access(client)


@pytest.fixture
def invitations(client) -> Invitations:
    return Invitations(client)


def redeem(host, code) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code}
    return requests.post(f"{host}/oidc/v1/token", data=form, timeout=30)


def come(host, link) -> WorkspaceClient:
    """Sign in with a link, as the app does."""
    token = redeem(host, link.code).json()["access_token"]
    return WorkspaceClient(config=Config(host=host, token=token, auth_type="pat"))


def may_ask(client) -> bool:
    path = f"/serving-endpoints/{NAME}/invocations"
    try:
        client.api_client.do("POST", path, body=question("hello"))
    except PermissionDenied:
        return False
    return True


def test_from_the_invitation_to_the_last_click(host, opened, admin, access, invitations):
    """Let in, asked, taken the right away, signed out: each holds at once."""
    assert invitations.are_offered(admin)
    person = invitations.let_in(admin, " Guest@Example.com ", "Guest", Role.REVIEWER)
    access.give(admin, opened, GUEST, Level.QUERY)
    link = invitations.make_link(admin, person.user_name, WEEK, DAY)
    (waiting,) = [e for e in invitations.open(admin) if e.user_name == "guest@example.com"]
    assert waiting.expires_at == link.expires_at
    assert waiting.invited_by == admin.user_name
    assert timedelta(days=6) < link.expires_at - datetime.now(UTC) <= WEEK

    guest = come(host, link)
    assert may_ask(guest)
    assert "guest@example.com" not in [each.user_name for each in invitations.open(admin)]
    (token,) = invitations.tokens(admin, person)
    assert timedelta(hours=23) < token.expires_at - datetime.now(UTC) <= DAY

    access.take_away(admin, opened, GUEST)
    assert not may_ask(guest)
    invitations.revoke(admin, [token])
    with pytest.raises(Unauthenticated):
        guest.current_user.me()
    assert invitations.tokens(admin, person) == []


def test_a_link_that_was_withdrawn_opens_nothing(host, opened, admin, invitations):
    """Whoever has it is told that it does not work."""
    invitations.let_in(admin, "late@example.com", "", Role.REVIEWER)
    link = invitations.make_link(admin, "late@example.com", WEEK, DAY)
    (waiting,) = [each for each in invitations.open(admin) if each.user_name == "late@example.com"]

    invitations.withdraw(admin, waiting)

    assert redeem(host, link.code).status_code == 400
    with pytest.raises(NotFound):
        invitations.withdraw(admin, waiting)


def test_an_invited_person_who_is_there_already_gets_the_role_besides(admin, invitations):
    """Nobody is made twice, and no role is lost."""
    invitations.let_in(admin, "twice@example.com", "Twice", Role.ANALYST)

    invitations.let_in(admin, "twice@example.com", "Other name", Role.REVIEWER)

    people = {each.user_name: each for each in invitations.people(admin)}
    assert people["twice@example.com"].roles == {Role.ANALYST, Role.REVIEWER}
    assert people["twice@example.com"].display_name == "Twice"
    invitations.set_role(admin, people["twice@example.com"], Role.ANALYST, has_it=False)
    people = {each.user_name: each for each in invitations.people(admin)}
    assert people["twice@example.com"].roles == {Role.REVIEWER}
    with pytest.raises(Refused, match="e-mail address"):
        invitations.let_in(admin, "no address", "", Role.REVIEWER)


def test_the_last_admin_stays_one(client, admin, invitations):
    """The workspace would be nobody's."""
    people = {each.user_name: each for each in invitations.people(admin)}
    others = [
        e for e in people.values() if Role.ADMIN in e.roles and e.user_name != admin.user_name
    ]
    assert not others

    with pytest.raises(Refused, match="last admin"):
        invitations.set_role(admin, people[admin.user_name], Role.ADMIN, has_it=False)


def test_no_code_and_no_token_is_logged(host, opened, admin, invitations, caplog):
    """Not even where somebody lets the client write down all it does."""
    caplog.set_level(logging.DEBUG)
    invitations.let_in(admin, "quiet@example.com", "", Role.REVIEWER)
    link = invitations.make_link(admin, "quiet@example.com", WEEK, DAY)
    invitations.open(admin)

    assert "/__local__/sign-in-codes" in caplog.text
    assert link.code not in caplog.text
    assert link.code not in repr(link)


def test_lists_are_read_changed_and_the_rest_is_kept(opened, admin, access, invitations):
    """Taking one away writes the others anew, and what is inherited is never written."""
    invitations.let_in(admin, GUEST.name, "Guest", Role.REVIEWER)
    access.give(admin, opened, REVIEWERS, Level.VIEW)
    access.give(admin, opened, GUEST, Level.MANAGE)
    access.give(admin, opened, GUEST, Level.QUERY)

    listed = access.read(admin, opened)
    assert listed.may_change
    assert listed.entry_of(GUEST).direct is Level.QUERY
    admins = listed.entry_of(Grantee(Kind.GROUP, "admins"))
    assert (admins.direct, admins.inherited) == (None, Level.MANAGE)

    access.take_away(admin, opened, GUEST)

    listed = access.read(admin, opened)
    assert listed.entry_of(GUEST).level is None
    assert listed.entry_of(REVIEWERS).direct is Level.VIEW
    assert listed.entry_of(Grantee(Kind.GROUP, "admins")).direct is None
    assert not access.locks_out(admin, listed, Grantee(Kind.GROUP, "admins"), None)
    assert [each.endpoint for each in access.overview(admin, [opened, "gone"])] == [opened]
    assert {REVIEWERS, GUEST} <= set(access.known(admin))
    with pytest.raises(NotFound, match="nobody called"):
        access.give(admin, opened, Grantee(Kind.PERSON, "never@example.com"), Level.QUERY)


def test_reviewers_change_nothing_whatever_the_app_believes_of_them(opened, as_person, admin):
    """Their token is what counts: an admin's `Viewer` does not help."""
    theirs = as_person("reviewers")

    for attempt in (
        lambda: Access(theirs).give(admin, opened, REVIEWERS, Level.MANAGE),
        lambda: Access(theirs).take_away(admin, opened, REVIEWERS),
        lambda: Invitations(theirs).make_link(admin, admin.user_name, WEEK, DAY),
        lambda: Invitations(theirs).open(admin),
        lambda: Invitations(theirs).let_in(admin, "x@example.com", "", Role.ADMIN),
        lambda: ReviewSetup(theirs).save(admin, opened, ReviewerGuide(title="Mine")),
        lambda: ReviewSetup(theirs).questions(admin, opened),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_questions_are_made_chosen_asked_and_deleted(client, opened, admin):
    """Every kind MLflow has; reviewers get them in the order that was chosen."""
    setup = ReviewSetup(client)
    setup.save(admin, opened, ReviewerGuide(title="Handbook", reasons_down={"old": "Outdated"}))
    made = (
        Question("Is it polite?", AnswerKind.YES_OR_NO, options=("Polite", "Rude")),
        Question("Which part?", AnswerKind.ONE_OF, options=("Leave", "Pay"), takes_comment=True),
        Question("What is missing?", AnswerKind.SOME_OF, "Think.", options=("A figure", "Else")),
        Question("How many minutes?", AnswerKind.NUMBER, minimum=0, maximum=60),
        Question("What next?", AnswerKind.TEXT, max_length=80),
    )
    for each in made:
        setup.add(admin, opened, each)

    known = [each for each in setup.questions(admin, opened) if not each.is_mlflows_own]
    assert tuple(each.question for each in known) == made
    assert setup.guide(admin, opened).questions is None
    setup.add(admin, opened, Question("The facts", AnswerKind.TEXT, is_expectation=True))
    names = [each.name for each in made]
    assert setup.guide(admin, opened).questions == (*names, "The facts")
    setup.choose(admin, opened, ("What next?", "Is it polite?"))
    asked = LabelSchemas(client)._read(admin, opened)
    assert [each.name for each in asked] == ["What next?", "Is it polite?"]

    setup.delete(admin, opened, known[-1].id)

    guide = setup.guide(admin, opened)
    assert guide.questions == ("Is it polite?",)
    assert (guide.title, guide.reasons_down) == ("Handbook", {"old": "Outdated"})
    with pytest.raises(NotFound):
        setup.delete(admin, opened, known[-1].id)
    with pytest.raises(AlreadyExists):
        setup.add(admin, opened, Question(" is it  POLITE? ", AnswerKind.TEXT))
    (own,) = [each for each in setup.questions(admin, opened) if each.is_mlflows_own]
    with pytest.raises(Refused, match="MLflow's own"):
        setup.delete(admin, opened, own.id)
