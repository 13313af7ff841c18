"""What an admin takes out of the ledger: a file, a search, and what a release answered."""

import csv

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENDPOINT
from tests.browser.looking import look_at


@pytest.fixture
def page(place, visit):
    """An admin before the releases of the chain every journey talks to."""
    place.client.ensure_user("lydia@example.com", "Lydia", "admins")
    code = place.client.sign_in_code("lydia@example.com")
    address = f"/deployments%3Fendpoint%3D{ENDPOINT}%26view%3Dreleases"
    visitor = visit(f"{place.app}/sign-in?code={code}&next={address}")
    visitor.page.get_by_role("button", name="CSV").wait_for()
    yield visitor.page
    assert visitor.complaints == []


def test_ledger_is_downloaded_with_one_click(page):
    """The file is made then, and has what is on the page."""
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()

    file = download.value
    assert file.suggested_filename == f"releases-{ENDPOINT}.csv"
    with open(file.path(), newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["endpoint"] for row in rows} == {ENDPOINT}
    assert rows[-1]["kind"] == "deploy"


def test_ledger_is_searched_by_keyboard(page):
    """Enter sends the form; what is found tells its story with what it answered."""
    page.get_by_text("Look something up").click()
    by = page.get_by_role("textbox", name="By whom")
    by.wait_for()
    look_at(page, "ledger-search")

    by.focus()
    page.keyboard.type("nobody of this name")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No such release")).to_be_visible()
    by.fill("")
    by.press("Enter")
    expect(page.get_by_text("Deployed: version 1")).to_be_visible()
    look_at(page, "ledger-found")
