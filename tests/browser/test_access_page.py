"""An admin lets somebody in and out: invited, told what to do, asked, and taken the right away."""

import re

import pytest
from databricks.sdk import WorkspaceClient
from playwright.sync_api import expect

from backend.agents import deploy
from tests.browser.choosing import choose
from tests.browser.conftest import led_to
from tests.browser.looking import AT_REST, look_at
from tests.registered_models import question, register

MODEL = "main.browser.guarded_chain"
ENDPOINT = "agents_main-browser-guarded_chain"
REFUSED = re.compile("no access|permission|does not exist|no chain for you", re.I)


@pytest.fixture(scope="module")
def guarded(place):
    """A chain nobody may ask yet; it is taken away again."""
    with led_to(place.workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        deploy(MODEL, 1)
        endpoints = WorkspaceClient().serving_endpoints
        endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    yield place
    place.api("DELETE", f"/api/2.0/serving-endpoints/{ENDPOINT}")


@pytest.fixture
def admin(guarded, visit):
    """An admin on the page of access."""
    guarded.client.ensure_user("ada@example.com", "Ada", "admins")
    code = guarded.client.sign_in_code("ada@example.com")
    onward = f"/access%3Fview%3Dguide%26endpoint%3D{ENDPOINT}"
    visitor = visit(f"{guarded.app}/sign-in?code={code}&next={onward}")
    visitor.page.get_by_role("textbox", name="Instructions for reviewers").wait_for()
    return visitor


def show(page, view):
    page.get_by_role("radio", name=view, exact=True).or_(
        page.get_by_role("button", name=view, exact=True)
    ).first.click()


def write_instructions(page, text):
    page.get_by_role("textbox", name="Instructions for reviewers").fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-guide_preview")).to_contain_text("Look at the sources")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()


def invite(page, name):
    """Fill the form and return the link."""
    page.get_by_role("textbox", name="E-mail address").fill(name)
    page.get_by_role("textbox", name="Name", exact=True).fill("Eve")
    choose(page, "Chains they may ask", "Guarded chain")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Make a link").click()
    shown = page.locator(".st-key-invitation_link code")
    shown.wait_for()
    return shown.inner_text().strip()


def test_from_the_invitation_to_the_door(admin, guarded, visit):
    """The reviewer reads what the admin wrote, and is told when the right to ask is gone."""
    page = admin.page
    write_instructions(page, "Look at the **sources** before you judge.")
    look_at(page, "access-guide")

    show(page, "People")
    link = invite(page, "eve@example.com")
    assert link.startswith(f"{guarded.app}/sign-in?code=")
    look_at(page, "access-people")
    code = link.rpartition("=")[2]
    assert code not in page.url

    eve = visit(link)
    eve.page.get_by_text("Look at the sources before you judge.").wait_for()
    eve.ask("say Five days.")
    eve.answer().get_by_text("Five days.").wait_for()

    page.get_by_role("button", name="Hide the link").click()
    expect(page.get_by_text(code)).to_have_count(0)
    show(page, "Who may what")
    entry = page.locator("[class*=st-key-entry_]", has_text="Eve")
    expect(entry).to_contain_text("may ask it")
    look_at(page, "access-list")
    entry.get_by_role("button", name="Take away").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("may not use Guarded chain any more")
    look_at(page, "access-take-away")
    dialog.get_by_role("button", name="Take away").click()
    expect(page.locator("[class*=st-key-entry_]", has_text="Eve")).to_have_count(0)

    eve.ask("say Six days.")
    eve.page.get_by_text(REFUSED).first.wait_for()
    assert admin.complaints == []


def test_whoever_is_signed_out_is_at_the_door_with_the_next_click(admin, guarded, visit):
    """An open page does not keep anybody in."""
    gus = visit(guarded.invite("Gus"))
    gus.page.get_by_placeholder("Ask a question").wait_for()
    page = admin.page
    show(page, "People")
    page.locator(AT_REST).wait_for()
    choose(page, "Person", "gus@example.com")
    page.get_by_text("Where they are signed in").wait_for()
    look_at(page, "access-person")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    page.get_by_text("Nowhere. They need a link").wait_for()

    gus.page.get_by_placeholder("Ask a question").fill("say Hello")
    gus.page.keyboard.press("Enter")

    gus.page.get_by_text("Your sign-in is no longer valid.").first.wait_for()
    assert admin.complaints == []


def test_questions_are_set_up_as_reviewers_see_them(admin):
    """A question is previewed, made, listed and deleted."""
    page = admin.page
    show(page, "What reviewers are asked")
    page.get_by_text("Make a new question").click()
    page.get_by_role("textbox", name="Question", exact=True).fill("Is it polite?")
    page.keyboard.press("Tab")
    preview = page.locator(".st-key-preview_new")
    expect(preview).to_contain_text("Is it polite?")
    look_at(page, "access-questions")
    page.get_by_role("button", name="Make this question").click()
    listed = page.locator("[class*=st-key-known_]", has_text="Is it polite?")
    listed.wait_for()

    listed.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()

    expect(listed).to_have_count(0)
    assert admin.complaints == []
