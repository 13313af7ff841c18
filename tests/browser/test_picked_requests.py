"""An analyst marks requests of the list, compares two, and has them judged."""

from playwright.sync_api import expect

from tests.browser.looking import AT_REST, look_at

ROW, HEADER, MARK = 35, 37, 18


def test_two_marked_requests_are_compared_and_put_into_a_queue(logged, visit):
    """By the row under the list; what differs is marked, and reviewers find them in the queue."""
    link = logged.analyst("Piet", "request_logs", endpoint=logged.endpoint, span="30d")
    page = visit(link).page
    rows = page.locator("[data-testid=stDataFrame] .dvn-scroller").first
    actions = page.locator(".st-key-picked_actions")
    for row in (0, 1):
        rows.wait_for()
        page.locator(AT_REST).wait_for()
        rows.click(position={"x": MARK, "y": HEADER + ROW * row + ROW // 2})
        actions.wait_for()
    compare = actions.get_by_role("button", name="Compare")
    expect(compare).to_be_enabled()

    compare.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".st-key-compared_one")).to_contain_text("Version")
    # What differs in the questions is folded up.
    expect(dialog.locator(".text-changes").last).to_be_visible()
    look_at(page, "picked-compared")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")

    actions.get_by_role("button", name="Have them judged").click()
    dialog.get_by_label("Its name").fill("Of Piet")
    dialog.get_by_label("Its name").press("Enter")
    look_at(page, "picked-queue")
    dialog.get_by_role("button", name="Add to the queue").click()
    expect(dialog.get_by_text("2 requests in the queue Of Piet.")).to_be_visible()
