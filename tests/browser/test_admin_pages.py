"""What an admin does without a mouse: look at what answers, and roll back with a reason."""

import pytest
from databricks.sdk import WorkspaceClient
from playwright.sync_api import expect

from backend.agents import deploy
from tests.browser.conftest import led_to
from tests.browser.looking import look_at
from tests.registered_models import question, register, register_again

MODEL = "main.browser.released_chain"
ENDPOINT = "agents_main-browser-released_chain"


@pytest.fixture(scope="module")
def released(place):
    """Two versions, the second one live; they are taken away again."""
    with led_to(place.workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        endpoints = WorkspaceClient().serving_endpoints
        for version in (1, register_again(MODEL)):
            deploy(MODEL, version, reason=f"The wording of version {version}")
            endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    yield place
    place.api("DELETE", f"/api/2.0/serving-endpoints/{ENDPOINT}")


@pytest.fixture
def admin(released, visit):
    """An admin on the page of this endpoint's deployments."""
    released.client.ensure_user("uma@example.com", "Uma", "admins")
    code = released.client.sign_in_code("uma@example.com")
    link = f"{released.app}/sign-in?code={code}&next=/deployments%3Fendpoint%3D{ENDPOINT}"
    visitor = visit(link)
    visitor.page.get_by_text("is answered by").wait_for()
    return visitor


def traffic(place):
    config = place.api("GET", f"/api/2.0/serving-endpoints/{ENDPOINT}")["config"]
    routes = config["traffic_config"]["routes"]
    return {each["served_model_name"]: each["traffic_percentage"] for each in routes}


def test_rolling_back_takes_a_reason_and_no_mouse(admin, place):
    """One button, one sentence, Enter; the page says what answers now and the ledger why."""
    page = admin.page
    expect(page.get_by_text("The wording of version 2")).to_be_visible()
    look_at(page, "deployments")

    page.get_by_role("button", name="Roll back to version 1").focus()
    page.keyboard.press("Enter")
    why = page.get_by_role("textbox", name="Why?")
    why.wait_for()
    look_at(page, "deployments-roll-back")
    why.focus()
    page.keyboard.type("The old wording was clearer")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Rolled back from version 2 to version 1")).to_be_visible()
    expect(page.get_by_text("The old wording was clearer")).to_be_visible()
    expect(page.get_by_role("button", name="Roll back to version 2")).to_be_visible()
    assert traffic(place)["main-browser-released_chain_1"] == 100
    assert admin.complaints == []


def test_shares_that_are_not_a_hundred_cannot_be_sent(admin):
    """The sum is told while one types."""
    page = admin.page
    page.get_by_role("button", name="Divide the questions").click()
    page.get_by_role("spinbutton", name="Version 1, percent").fill("30")
    page.keyboard.press("Tab")

    expect(page.get_by_text("must be 100 %")).to_be_visible()
    expect(page.get_by_role("button", name="Divide like this")).to_be_disabled()


def test_erasing_a_person_begins_with_what_there_is(admin):
    """Nothing can be erased before somebody is named."""
    page = admin.page
    page.get_by_role("link", name="Erase a person").click()
    page.get_by_role("heading", name="Erase a person").wait_for()
    page.get_by_role("combobox").first.wait_for()

    look_at(page, "erase-person")
    assert page.get_by_role("button", name="Erase").count() == 0
