"""The page of access: who may do what, and how it is given and taken away."""

import pytest

from backend.access.lists import Entry, Level
from backend.errors import Unreachable
from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from tests.pages.accessed import ADMINS, BOB, ENDPOINT, REVIEWERS, FakeAccess, access

OTHER = "agents_main-hr-oracle"


@pytest.fixture
def guarded(visit) -> FakeAccess:
    """An admin, and one chain."""
    visit.identity.roles = {Role.ADMIN}
    served = (ServedVersion("chain_2", "main.hr.handbook_chain", "2", 100),)
    visit.endpoints.content = [Endpoint(ENDPOINT, "", "", Readiness.READY, served)]
    return visit.access


def labels(at) -> list[str]:
    return [button.label for button in at.button]


def press(at, label, number=0):
    return [each for each in at.button if each.label == label][number].click()


def test_only_admins_have_the_page(visit, guarded, shown):
    """Whoever comes by its address sees nothing of it."""
    visit.identity.roles = {Role.REVIEWER, Role.ANALYST}

    with pytest.raises(ValueError, match="access"):
        visit.open("access.py")


def test_everybody_on_the_list_is_named_with_what_they_may_do(visit, guarded, shown):
    """A name is no Markdown; what comes with being admin is told apart."""
    text = shown(visit.open("access.py"))

    assert "**reviewers (group)** may ask it" in text
    assert "**Bob *B* (bob@" in text
    assert "**admins (group)** may manage it, as admin or creator" in text


def test_what_comes_with_being_admin_cannot_be_taken_away(visit, guarded):
    """There is no button for what would have no effect."""
    assert labels(visit.open("access.py")).count("Take away") == 2


def test_who_may_not_manage_the_chain_only_looks(visit, guarded, shown):
    """The workspace would refuse; the page does not tempt anybody."""
    guarded.lists = (access(may_change=False),)

    at = visit.open("access.py")

    assert not {"Change", "Take away", "Give access"} & set(labels(at))
    assert "takes the right to manage the chain" in shown(at)


def test_giving_asks_before_it_does(visit, guarded, shown):
    """The question says to whom and what; nothing is changed by asking."""
    at = visit.open("access.py")
    at.selectbox(key="give_to").set_value("bob@example.com")
    at.selectbox(key="give_level").set_value(Level.MANAGE)

    text = shown(press(at, "Give access").run())

    assert "may manage it from now on" in text
    assert guarded.changes == []


def test_without_a_name_nothing_is_asked(visit, guarded, shown):
    """The form says what is missing."""
    text = shown(press(visit.open("access.py"), "Give access").run())

    assert "Say to whom." in text


def test_locking_oneself_out_is_said_first(visit, guarded, shown):
    """It could not be undone by the one who did it."""
    guarded.shuts_out = True

    at = press(visit.open("access.py"), "Take away").run()

    assert "You could not undo it yourself." in shown(at)
    assert "reviewers (group) may not use **Handbook chain** any more" in shown(at)


def test_taking_away_says_what_stays(visit, guarded, shown):
    """Somebody who is admin as well keeps what comes with it."""
    both = Entry(ADMINS, direct=Level.QUERY, inherited=Level.MANAGE)
    guarded.lists = (access(entries=(both,)),)

    at = press(visit.open("access.py"), "Take away").run()

    assert "still may manage it, as admin or creator" in shown(at)


def test_all_chains_are_one_table(visit, guarded):
    """A row for each of them, a column for each chain."""
    second = access(endpoint=OTHER, entries=(Entry(BOB, direct=Level.MANAGE),))
    guarded.lists = (access(), second)
    visit.endpoints.content.append(Endpoint(OTHER, "", "", Readiness.READY))

    at = visit.open("access.py")
    table = at.toggle(key="access_all").set_value(True).run().dataframe[0].value

    assert list(table["Who"]) == [
        "admins (group)",
        "reviewers (group)",
        "Bob *B* (bob@example.com)",
    ]
    assert list(table["Handbook chain"]) == ["Manage it (admin or creator)", "Ask it", "See it"]
    assert list(table.iloc[:, 2]) == ["", "", "Manage it"]


def test_a_chain_that_is_gone_is_said(visit, guarded, shown):
    """Somebody else may delete it while the page is open."""
    guarded.lists = ()

    assert "This chain is gone" in shown(visit.open("access.py"))


def test_without_a_chain_the_page_says_what_to_do(visit, guarded, shown):
    """An empty list is explained; people can be invited all the same."""
    visit.endpoints.content = []

    assert "Nothing is deployed yet" in shown(visit.open("access.py"))


def test_a_workspace_that_is_away_is_a_sentence(visit, guarded, shown):
    """As everywhere."""
    visit.endpoints.content = Unreachable()

    assert "The workspace cannot be reached." in shown(visit.open("access.py"))


def test_the_view_and_the_chain_are_in_the_address(visit, guarded):
    """So that the page can be passed on; nothing else is in it."""
    at = visit.open("access.py")

    assert at.query_params == {"view": "list", "endpoint": ENDPOINT}
    assert REVIEWERS.name not in str(at.query_params)
