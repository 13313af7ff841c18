"""What a reviewer may not do is refused with a sentence, wherever the address came from."""

import re

import pytest

from tests.browser.conftest import ENDPOINT
from tests.browser.looking import AT_REST, look_at
from tests.browser.recorded import invocations

REFUSED = re.compile("no access|permission|does not exist|not yours|no chain for you", re.I)


def take_away(place, user):
    """Withdraw the right to query from one person."""
    endpoint = place.api("GET", f"/api/2.0/serving-endpoints/{ENDPOINT}")
    path = f"/api/2.0/permissions/serving-endpoints/{endpoint['id']}"
    entries = place.api("GET", path)["access_control_list"]
    kept = [
        {
            "user_name": each["user_name"],
            "permission_level": each["all_permissions"][0]["permission_level"],
        }
        for each in entries
        if each.get("user_name") not in (None, user)
    ]
    place.api("PUT", path, json={"access_control_list": kept})


@pytest.fixture
def strangers_conversation(place, visit):
    """The address of a conversation somebody else had."""
    vera = visit(place.invite("Vera"))
    vera.page.get_by_placeholder("Ask a question").wait_for()
    vera.ask("say My secret is 4711.")
    vera.answer()
    return vera.page.url


def test_a_link_to_another_s_conversation_shows_nothing_of_it(place, visit, strangers_conversation):
    """Who has the address of a conversation has not yet the right to read it."""
    will = visit(place.invite("Will"))
    will.page.get_by_placeholder("Ask a question").wait_for()
    will.page.goto(strangers_conversation)
    will.page.get_by_text(REFUSED).first.wait_for()
    look_at(will.page, "conversation-refused")

    assert "4711" not in will.page.locator("body").inner_text()


def test_a_link_to_a_chain_one_may_not_ask_leads_to_none(place, visit):
    """The name of a chain in the address opens nothing."""
    xena = visit(place.invite("Xena", may_ask=False))
    xena.page.get_by_text("Sign out").wait_for()
    xena.page.goto(f"{place.app}/chat?endpoint={ENDPOINT}")
    xena.page.get_by_text(REFUSED).first.wait_for()

    assert xena.page.get_by_placeholder("Ask a question").count() == 0


def test_a_right_taken_away_in_the_middle_is_a_sentence(place, visit):
    """An open page does not keep a right: the next question is refused, and what was said stays."""
    yves = visit(place.invite("Yves"))
    yves.page.get_by_placeholder("Ask a question").wait_for()
    yves.ask("say Five days.")
    yves.answer()
    take_away(place, "yves@example.com")
    yves.ask("say Six days.")
    yves.page.get_by_text(REFUSED).first.wait_for()
    yves.page.locator(AT_REST).wait_for()

    assert yves.page.get_by_text("Traceback").count() == 0
    assert len(invocations(place, "yves@example.com")) <= 2
