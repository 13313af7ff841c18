"""Two versions answer, nobody knows which is which, and one of them is better."""

import re

import pytest
from databricks.sdk import WorkspaceClient

from backend.agents import deploy
from tests.browser.choosing import choose
from tests.browser.conftest import allow, led_to
from tests.browser.looking import AT_REST, NARROW, WIDE, keep_picture, look_at
from tests.browser.test_asking import reach
from tests.registered_models import question, register, register_again

MODEL = "main.browser.compared_chain"
ENDPOINT = "agents_main-browser-compared_chain"
OLD = "Five days for each child, and ten for those who look after a child alone."
NEW = "Fifteen days for each child. Ask your manager before the first of them."
TAGS = {"reviewapp.title": "Leave"}


@pytest.fixture(scope="module")
def compared(place):
    """Two versions that answer differently; the second is live. They are taken away again."""
    with led_to(place.workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        endpoints = WorkspaceClient().serving_endpoints
        for version, answer in ((1, OLD), (register_again(MODEL), NEW)):
            deploy(MODEL, version, environment_vars={"VERSION_NAME": answer}, tags=TAGS)
            endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    yield place
    place.api("DELETE", f"/api/2.0/serving-endpoints/{ENDPOINT}")


def order(page):
    """Return the two answers as they stand there, from the left."""
    sides = page.locator("[class*=st-key-side_]")
    return [each.locator("p").nth(1).inner_text().strip() for each in sides.all()]


def turn_on(place, visit):
    """An administrator names the version that competes, on the page."""
    place.client.ensure_user("otto@example.com", "Otto", "admins")
    otto = visit(f"{place.app}/sign-in?code={place.client.sign_in_code('otto@example.com')}")
    page = otto.page
    page.locator(AT_REST).wait_for()
    page.goto(f"{place.app}/chat?endpoint={ENDPOINT}")
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Blind comparison").wait_for()
    choose(page, "Compare the live version with", re.compile("Version 1"))
    page.locator(AT_REST).wait_for()
    look_at(page, "comparison-setup")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved. It holds from the next question on.").wait_for()
    assert otto.complaints == []


def test_a_reviewer_prefers_one_of_two_answers_without_knowing_whose_it_is(compared, visit):
    """The order is kept over a reload, keys alone suffice, and the choice is there again."""
    turn_on(compared, visit)
    link = compared.invite("Paula", may_ask=False)
    allow(compared, "paula@example.com", ENDPOINT)
    paula = visit(link)
    page = paula.page
    page.get_by_placeholder("Ask a question").wait_for()

    paula.ask("count 500")
    page.get_by_text(re.compile("0 1 2 3")).last.wait_for()
    keep_picture(page, "comparison-arriving")
    page.set_viewport_size(NARROW)
    keep_picture(page, "comparison-arriving-390")
    page.set_viewport_size(WIDE)
    # By the keyboard: as the answers grow, the button moves.
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_text("Stopped before the end.").wait_for()
    assert page.get_by_text("Which answer is better?").count() == 0

    paula.ask("who knows about leave")
    page.get_by_text("Which answer is better?").wait_for()
    page.locator(AT_REST).wait_for()
    shown = order(page)
    look_at(page, "comparison-open")
    assert sorted(shown) == sorted([OLD, NEW])
    assert not re.search(r"compared_chain_\d|[Vv]ersion \d|challenger", page.content())

    page.reload()
    page.get_by_text("Which answer is better?").wait_for()
    assert order(page) == shown

    reach(page, "A is better")
    page.keyboard.press("Space")
    page.get_by_text("Your verdict is saved").wait_for()
    letter = "AB"[shown.index(NEW)]
    page.get_by_text(f"The conversation goes on with answer {letter}").wait_for()
    look_at(page, "comparison-chosen")

    page.reload()
    page.get_by_text(f"The conversation goes on with answer {letter}").wait_for()
    assert order(page) == shown
    chosen = page.get_by_role("radio", name="A is better")
    assert chosen.get_attribute("aria-checked") == "true"
    assert paula.complaints == []
