"""An admin sets a rule for promotions, sees what it says, and takes it off again; each with why."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENDPOINT
from tests.browser.looking import look_at


@pytest.fixture
def admin(place, visit):
    """An admin on the guard rails of the chain everybody talks to."""
    place.client.ensure_user("gwen@example.com", "Gwen", "admins")
    code = place.client.sign_in_code("gwen@example.com")
    address = f"/deployments%3Fendpoint%3D{ENDPOINT}%26view%3Dguards"
    visitor = visit(f"{place.app}/sign-in?code={code}&next={address}")
    visitor.page.get_by_role("button", name="Set a rule").wait_for()
    yield visitor
    path = f"/api/2.0/serving-endpoints/{ENDPOINT}"
    tags = [each["key"] for each in place.api("GET", path)["tags"]]
    gone = [key for key in tags if key.startswith("reviewapp.guard")]
    place.api("PATCH", f"{path}/tags", json={"delete_tags": gone})


@pytest.mark.parametrize(
    ("button", "says"),
    [
        ("Let the app go back by itself", "When more questions fail"),
        ("Follow an alias", "The version the alias points to now is deployed at once"),
    ],
)
def test_what_the_app_does_by_itself_is_explained_before_it_is_turned_on(admin, button, says):
    """With the right it is lent for that; leaving the question changes nothing."""
    page = admin.page
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(says)).to_be_visible()
    expect(page.get_by_text("is given the right to change this endpoint")).to_be_visible()
    look_at(page, f"guard-rails-{button.split()[0].lower()}")

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name=button)).to_be_visible()
    assert admin.complaints == []


def test_rule_is_set_with_a_reason_and_taken_off_with_another(admin):
    """What it says of each version stands there at once, and who has set it."""
    page = admin.page
    look_at(page, "guard-rails-off")
    page.get_by_role("button", name="Set a rule").click()
    verdicts = page.get_by_role("spinbutton", name="Verdicts, at least")
    verdicts.fill("7")
    why = page.get_by_role("textbox", name="Why?")
    look_at(page, "guard-rails-set")
    why.fill("Experts must have seen it")
    why.press("Enter")

    expect(page.get_by_text("of the questions it needs 7 verdicts")).to_be_visible()
    expect(page.get_by_text("the rule of this endpoint asks for")).to_be_visible()
    expect(page.get_by_text("Experts must have seen it")).to_be_visible()
    look_at(page, "guard-rails-on")

    page.get_by_role("button", name="Change the rule").click()
    page.get_by_role("textbox", name="Why?").fill("An emergency")
    page.get_by_role("button", name="Turn it off").click()

    expect(page.get_by_role("button", name="Set a rule")).to_be_visible()
    expect(page.get_by_text("An emergency")).to_be_visible()
    assert admin.complaints == []
