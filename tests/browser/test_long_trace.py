"""A trace of 33,000 steps in a browser: seen, searched and read without waiting for all of it."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser import long_trace
from tests.browser.long_trace import FAILED, HOSTILE, HUGE, NAMED, TRACE_ID
from tests.browser.looking import look_at

# More rows than this a screen does not show, with some above and below it.
MOST_ROWS = 60


@pytest.fixture(scope="module")
def address(place) -> str:
    """Write the trace; returns where an analyst who comes by a link meets it."""
    long_trace.write(place.folder / "mlflow" / "mlflow.db")
    user = "tracy@example.com"
    place.client.ensure_user(user, "Tracy", "analysts")
    onward = quote(f"/traces?trace={TRACE_ID}", safe="")
    return f"{place.app}/sign-in?code={place.client.sign_in_code(user)}&next={onward}"


def test_analyst_finds_the_step_that_failed_among_33000(visit, place, address):
    """By keys and by names; only what is in sight is on the page; every step has an address."""
    visitor = visit(address)
    page = visitor.page
    tree = page.get_by_role("tree")
    expect(page.get_by_text("33,000 steps")).to_be_visible()
    expect(page.get_by_role("treeitem")).to_have_count(5)

    page.get_by_role("button", name="Open all").click()
    tree.focus()
    page.keyboard.press("End")
    expect(tree).to_have_attribute("aria-activedescendant", "s32999")
    assert page.get_by_role("treeitem").count() < MOST_ROWS
    page.keyboard.press("Home")
    page.keyboard.type(HOSTILE[:6], delay=10)
    expect(tree).not_to_have_attribute("aria-activedescendant", "s0")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{place.app}/traces?trace={TRACE_ID}&span={_id(NAMED)}")
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()

    page.get_by_role("button", name="Next failed").click()
    expect(page.get_by_role("treeitem", name=f"step {FAILED},")).to_be_visible()
    tree.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("This step failed. It broke.")).to_be_visible()

    sought = page.get_by_label("Find in inputs and outputs of all steps")
    sought.fill("needle12345")
    sought.press("Enter")
    expect(page.get_by_text("1 step has it, underlined in the tree.")).to_be_visible()
    expect(page.get_by_role("treeitem", name="step 12345,")).to_be_visible()
    look_at(page, "trace")

    page.goto(f"{place.app}/traces?trace={TRACE_ID}&span={_id(HUGE)}")
    expect(page.get_by_text("The first 200,000 of 20.0 million characters")).to_be_visible()
    # Of a double click the second one comes with the address from before the first.
    page.get_by_role("treeitem", name="step 0,").dblclick()
    expect(page).to_have_url(f"{place.app}/traces?trace={TRACE_ID}&span={_id(0)}")
    expect(page.get_by_text("needle0", exact=False).first).to_be_visible()
    assert not visitor.complaints


def _id(number: int) -> str:
    return long_trace.span_id(number)
