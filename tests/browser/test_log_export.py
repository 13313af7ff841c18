"""An analyst takes requests away as a file, and leaves a view for the other analyst."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.choosing import choose
from tests.browser.conftest import ENDPOINT, allow
from tests.browser.looking import look_at


@pytest.fixture(scope="module")
def analyst(place):
    """Return a function that gives the link with which an analyst comes to an address."""
    for text in ("say =SUM(A1)", "say Nothing in particular", "say <b>bold</b>"):
        place.api(
            "POST",
            f"/serving-endpoints/{ENDPOINT}/invocations",
            json={"messages": [{"role": "user", "content": text}]},
        )

    def link(name, query=""):
        user = f"{name.lower()}@example.com"
        place.client.ensure_user(user, name, "analysts")
        allow(place, user)
        code = place.client.sign_in_code(user)
        return f"{place.app}/sign-in?code={code}&next=/request_logs{query}"

    return link


def test_what_is_filtered_is_taken_away_and_left_to_others(place, analyst, visit, tmp_path):
    """The file has what the page shows, with its manifest; the view has it for the next one."""
    visitor = visit(analyst("Exie", f"%3Fendpoint%3D{ENDPOINT}%26text%3D%3DSUM"))
    page = visitor.page
    page.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name="Download")
    expect(page.get_by_text("of this filter")).to_be_visible()
    look_at(page, "log-export")

    with page.expect_download() as coming:
        link.click()
    path = tmp_path / "export.zip"
    coming.value.save_as(path)

    with zipfile.ZipFile(path) as archive:
        text = archive.read("requests.csv").decode()
        manifest = json.loads(archive.read("manifest.json"))
    assert "'=SUM(A1)" in text
    assert manifest["filter"]["address"]["text"] == "=SUM"
    assert manifest["by"] == "exie@example.com"
    expect(page.get_by_text("in the file.")).to_be_visible()
    expect(page.get_by_text(manifest["sha256"])).to_be_visible()

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Save this view as").fill("Sums <b>")
    page.get_by_label("Save this view as").press("Enter")
    expect(page.get_by_text("Saved by exie@")).to_be_visible()
    look_at(page, "saved-views")
    assert visitor.complaints == []

    other = visit(analyst("Exo", f"%3Fendpoint%3D{ENDPOINT}")).page
    other.get_by_role("button", name="Saved views").click()
    choose(other, "Saved views", "Sums <b>")
    other.wait_for_url("**text=%3DSUM**")
    expect(other.get_by_text("Saved by exie@")).to_be_visible()
