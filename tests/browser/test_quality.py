"""What reviewers say, in the browser: from a share to the requests behind it, and to a report."""

import re

from playwright.sync_api import expect

from tests.browser.looking import AT_REST, look_at


def test_analyst_goes_from_a_share_to_its_rows_and_takes_a_report_along(logged, visit, tmp_path):
    """10,000 requests, some of them written by an enemy; every view is there."""
    visitor = visit(logged.analyst("Quinn", "quality", endpoint=logged.endpoint, span="30d"))
    page = visitor.page
    page.get_by_role("heading", name="Quality", exact=True).wait_for()
    expect(
        page.get_by_text(re.compile(r"\d+ % called wrong \(\d+ to \d+ %\)")).first
    ).to_be_visible()
    look_at(page, "quality")

    for view, seen, is_looked_at in (
        ("Topics", "put into groups by the words", False),
        ("Documents", "Weaker evidence", False),
        ("Where they differ", "judged by two or more people", False),
        ("To judge next", "Pick some to have them judged", True),
        ("Two versions", "Questions both were asked", True),
    ):
        page.get_by_role("radio", name=view).click()
        expect(page.get_by_text(seen).first).to_be_visible()
        if is_looked_at:
            look_at(page, f"quality-{view.lower().replace(' ', '-')}")
    expect(page).to_have_url(re.compile("view=versions"))

    page.get_by_role("radio", name="Topics").click()
    # Two versions have groups of their own, with buttons of the same names.
    expect(page.get_by_text("put into groups by the words").first).to_be_visible()
    page.locator(AT_REST).wait_for()
    page.get_by_role("button", name=re.compile(r"Show \d+ question")).first.click()
    expect(page.get_by_role("link", name="Open").first).to_be_visible()
    page.get_by_role("radio", name="Report").click()
    page.get_by_role("button", name="Make the report").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as HTML").click()
    report = tmp_path / "report.html"
    waiting.value.save_as(report)
    assert "95 % confidence" in report.read_text()

    page.get_by_role("radio", name="What people say").click()
    page.get_by_role("link", name=re.compile(r"^[\d,]+ wrong$")).first.click()
    page.get_by_role("heading", name="Request logs", exact=True).wait_for()
    expect(page).to_have_url(re.compile("said=down"))
    expect(page).to_have_url(re.compile("span=30d"))
    assert visitor.complaints == []
