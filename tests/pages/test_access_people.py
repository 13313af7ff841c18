"""The page of access: inviting people, and taking their ways in back."""

from datetime import timedelta

import pytest

from backend.access.invitations import Invitation, NewLink, PersonToken
from backend.access.lists import EndpointAccess, Entry, Grantee, Kind, Level
from backend.errors import Refused
from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from tests.pages.accessed import CODE, ENDPOINT, NOON, FakeInvitations

EVE = Grantee(Kind.PERSON, "eve@example.com")


@pytest.fixture
def invitations(visit) -> FakeInvitations:
    """An admin, and one chain."""
    visit.identity.roles = {Role.ADMIN}
    served = (ServedVersion("chain_2", "main.hr.handbook_chain", "2", 100),)
    visit.endpoints.content = [Endpoint(ENDPOINT, "", "", Readiness.READY, served)]
    return visit.invitations


@pytest.fixture
def people(visit, invitations):
    """Return a function that opens the view."""

    def open_view():
        at = visit.open("access.py")
        return at.segmented_control(key="access_view").set_value("people").run()

    return open_view


def press(at, label):
    return next(each for each in at.button if each.label == label).click()


def invite(at, name="eve@example.com", chains=(ENDPOINT,)):
    at.text_input(key="invite_user_0").set_value(name)
    at.text_input(key="invite_name_0").set_value("Eve")
    at.multiselect(key="invite_chains_0").set_value(list(chains))
    at.selectbox(key="invite_opens").set_value("a day")
    at.selectbox(key="invite_stays").set_value("90 days")
    return press(at, "Make a link").run()


def test_whoever_is_invited_may_ask_and_gets_a_link(people, invitations, visit, shown):
    """An account with a role, the right to ask, a link with the chosen durations."""
    at = invite(people())

    assert invitations.done == [
        ("eve@example.com", "Eve", Role.REVIEWER),
        ("eve@example.com", timedelta(days=1), timedelta(days=90)),
    ]
    assert visit.access.changes == [(ENDPOINT, EVE, Level.QUERY)]
    assert at.text_input(key="invite_user_1").value == ""
    assert at.code[0].value.endswith(f"/sign-in?code={CODE}")
    assert "It works once, until 3 Mar 2027, 12:00." in shown(at)


def test_a_link_is_nowhere_but_on_the_page_and_can_be_hidden(people, shown):
    """Not in the address, not in what is written of the object."""
    at = invite(people())
    assert CODE not in str(at.query_params)
    assert CODE not in repr(NewLink("eve@example.com", NOON, CODE))

    press(at, "Hide the link").run()

    assert not at.code


def test_whoever_may_more_already_keeps_it(people, visit):
    """An invitation never takes anything away."""
    entries = (Entry(EVE, direct=Level.MANAGE),)
    visit.access.lists = (EndpointAccess(ENDPOINT, "id-1", entries, may_change=True),)

    at = invite(people())

    assert visit.access.changes == []
    assert at.code


def test_an_invitation_that_is_refused_makes_no_link(people, invitations, shown):
    """The sentence says what to change."""
    invitations.error = Refused("A user name looks like an e-mail address.")

    at = invite(people(), name="eve")

    assert "looks like an e-mail address" in shown(at)
    assert not at.code


def test_open_links_are_listed_and_can_be_withdrawn(people, invitations, shown):
    """With who made them, and without what opens."""
    invitations.invited = [Invitation("h-1", "eve@example.com", "alice@example.com", NOON, NOON)]
    at = people()
    assert "works until 3 Mar 2027, 12:00, made by alice@" in shown(at)

    text = shown(press(at, "Withdraw").run())

    assert "does not work any more then" in text
    assert invitations.done == []


def test_a_person_s_ways_in_are_listed(people, invitations, shown):
    """Each can be closed, or all at once; one's own with a warning."""
    invitations.ways_in = [
        PersonToken("t-1", "Signed in with a code", NOON, NOON),
        PersonToken("t-2", "", None, None),
    ]
    at = people()
    at.selectbox(key="access_person").set_value("alice@example.com").run()

    text = shown(at)
    assert "Signed in with a code, since 3 Mar 2027, 12:00, until 3 Mar 2027, 12:00" in text
    assert "A token without a comment, without an end" in text

    text = shown(press(at, "Sign out everywhere").run())
    assert "is signed out in all 2 places" in text
    assert "This is you" in text


def test_a_role_is_changed_after_a_question(people, invitations, shown):
    """Taking one's own away is said first."""
    at = people()
    at.selectbox(key="access_person").set_value("alice@example.com").run()
    at.pills[0].set_value([]).run()

    text = shown(press(at, "Change this").run())

    assert "is nothing here from now on" in text
    assert "you would not get to this page any more" in text


def test_making_somebody_an_admin_says_what_that_means(people, invitations, shown):
    """It is the whole workspace."""
    at = people()
    at.selectbox(key="access_person").set_value("bob@example.com").run()
    at.pills[0].set_value([Role.REVIEWER, Role.ADMIN]).run()

    text = shown(press(at, "Change this").run())

    assert "is reviewer and admin from now on" in text
    assert "Admins may do everything here" in text


def test_where_there_are_no_links_the_page_says_how_people_come(people, invitations):
    """On Databricks they come from the account or an identity provider."""
    invitations.offered = False
    at = people()

    assert "invited in its account console" in at.info[0].value
    assert "Make a link" not in [each.label for each in at.button]
    at.selectbox(key="access_person").set_value("bob@example.com").run()
    assert "Make a new link" not in [each.label for each in at.button]
