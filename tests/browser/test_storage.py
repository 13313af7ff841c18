"""An admin looks at the disk, and cleans what nothing uses, without a mouse."""

import pytest
from databricks.sdk import WorkspaceClient
from playwright.sync_api import expect

from backend.agents import deploy
from tests.browser.conftest import led_to
from tests.browser.looking import look_at
from tests.registered_models import question, register

MODEL = "main.browser.left_behind"
ENDPOINT = "agents_main-browser-left_behind"


@pytest.fixture(scope="module")
def left_behind(place):
    """The files of a version whose endpoint has been deleted."""
    with led_to(place.workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        deploy(MODEL, 1)
        endpoints = WorkspaceClient().serving_endpoints
        endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
        endpoints.delete(ENDPOINT)


def test_what_nothing_uses_is_cleaned_by_keyboard(place, left_behind, visit):
    """One button, one look at what goes and what stays, and it says what came free."""
    place.client.ensure_user("stan@example.com", "Stan", "admins")
    code = place.client.sign_in_code("stan@example.com")
    visitor = visit(f"{place.app}/sign-in?code={code}&next=/storage")
    page = visitor.page
    page.get_by_text("of the disk").wait_for()
    look_at(page, "storage")

    page.get_by_role("button", name="Clean", exact=False).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Models fetched to be served")).to_be_visible()
    look_at(page, "storage-clean")
    dialog.get_by_role("button", name="Clean now").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("are free again")).to_be_visible()
    expect(page.get_by_text("nothing that could be cleaned")).to_be_visible()
    kept = place.api("GET", "/__local__/storage")["parts"]
    (models,) = [part for part in kept if part["name"] == "models"]
    assert f"{MODEL} 1" not in [each["name"] for each in models["items"]]
    assert visitor.complaints == []
