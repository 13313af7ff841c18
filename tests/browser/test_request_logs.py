"""An analyst finds what was asked, reads it, passes it on, follows it live and looks over time."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import AT_REST, look_at
from tests.registered_models import question

ROW, HEADER = 35, 37


class Reading:
    """The page as an analyst uses it."""

    def __init__(self, visitor):
        self.visitor, self.page = visitor, visitor.page
        self.page.get_by_role("heading", name="Request logs", exact=True).wait_for()
        self.grid = self.page.locator("[data-testid=stDataFrame] canvas").first
        # What is clicked lies over what is drawn.
        self.rows = self.page.locator("[data-testid=stDataFrame] .dvn-scroller").first
        self.head = self.page.locator(".st-key-log_list_head")

    def choose(self, name, value):
        """Choose a value of a filter."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.locator("label", has_text=value).click()
        self.page.locator("[class*=st-key-log_choice_]").wait_for(state="detached")
        self.settle()

    def click(self, row, across=300):
        """Click a row of the list."""
        self.grid.wait_for()
        self.settle()
        self.rows.click(position={"x": across, "y": HEADER + ROW * row + ROW // 2})

    def back(self):
        """Close what is open."""
        self.page.get_by_role("button", name="Back to the list").click()
        expect(self.page.locator(".st-key-log_opened_head")).to_have_count(0)

    def settle(self):
        self.page.locator(AT_REST).wait_for()

    @property
    def opened(self):
        """The id of the request that is open, by the address."""
        found = re.search(r"open=([\w-]+)", self.page.url)
        return found and found[1]

    def opens(self, before=None):
        """Wait until another request is open, and return its id."""
        id_line = self.page.locator("[class*=st-key-log_opened_]").get_by_text("Id: ")
        if before:
            expect(id_line).not_to_have_text(f"Id: {before}")
        else:
            expect(id_line).to_be_visible()
        self.settle()
        return id_line.inner_text().removeprefix("Id: ")


@pytest.fixture
def analyst(logged, visit):
    """Return a function that brings an analyst of this name to an address of the page."""

    def come(name, **address):
        link = logged.analyst(name, "request_logs", endpoint=logged.endpoint, **address)
        return Reading(visit(link))

    return come


def test_what_people_called_wrong_is_found_read_and_passed_on(analyst, logged, visit):
    """By clicks and keys alone; who opens the address sees the same request of the same list."""
    reading = analyst("Anouk", span="30d")
    page = reading.page
    reading.grid.wait_for()
    look_at(page, "request-logs")
    reading.head.get_by_role("button", name="Count all").click()
    expect(reading.head).to_contain_text("50 of 9,")

    # By keys: they are in what was unfolded, and back where they were when it is folded.
    page.get_by_role("button", name="Version", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Any", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("outcome=answered"))
    expect(page.get_by_role("button", name="Outcome", exact=True)).to_be_focused()
    page.get_by_role("button", name="Clear", exact=True).click()
    reading.choose("Verdict", "Called wrong ·")
    reading.choose("Version", "Version 7 ·")
    expect(page).to_have_url(re.compile("said=down"))
    expect(page.locator(".st-key-log_chips")).to_contain_text("Called wrong")

    reading.click(2)
    first = reading.opens()
    expect(page.locator("[class*=st-key-log_verdict_]").first).to_be_visible()
    page.get_by_text("Ask it again from a terminal").scroll_into_view_if_needed()
    page.keyboard.press("j")
    second = reading.opens(before=first)
    expect(page.locator("[class*=st-key-log_opened_]").get_by_text("By ").first).to_be_in_viewport()
    page.keyboard.press("k")
    assert reading.opens(before=second) == first
    search = page.get_by_placeholder("Search questions and answers")
    search.press_sequentially("jk")
    assert reading.opened == first
    search.fill("")
    # The mouse comes from elsewhere in one leap, and is elsewhere when keys are pressed.
    for row, there in ((3, second), (2, first)):
        reading.back()
        reading.click(row)
        assert reading.opens() == there
    page.get_by_role("button", name="Back to the list").hover()
    page.keyboard.press("ArrowDown")
    assert reading.opens(before=first) == second
    page.get_by_text("The request as it came").click()
    expect(page.locator("[data-testid=stCode]")).to_contain_text("messages")
    look_at(page, "request-logs-open")

    other = visit(logged.analyst("Arlo", "request_logs"))
    theirs = other.page
    theirs.get_by_role("heading", name="Request logs", exact=True).wait_for()
    theirs.goto(page.url)
    expect(theirs.get_by_text(f"Id: {second}", exact=True)).to_be_visible()
    expect(theirs.locator(".st-key-log_chips")).to_contain_text("Version 7")
    theirs.set_viewport_size({"width": 390, "height": 844})
    expect(theirs.locator("[data-testid=stDataFrame]")).to_be_hidden()
    theirs.get_by_role("button", name="Back to the list").click()
    expect(theirs.locator("[data-testid=stDataFrame]")).to_be_visible()
    assert reading.visitor.complaints == []
    assert other.complaints == []


def test_what_is_asked_now_comes_on_top_unless_somebody_reads(analyst, logged):
    """A second or two after it was answered."""
    reading = analyst("Amos", span="15m", text="newsroom")
    page = reading.page
    expect(page.get_by_text("No request is like this")).to_be_visible()
    page.get_by_text("Follow live").click()
    expect(page.get_by_text("Following. Nothing new")).to_be_visible()

    _ask(logged, "live from the newsroom: one")
    expect(reading.head).to_contain_text("1 request")
    reading.click(0)
    first = reading.opens()
    place = reading.grid.bounding_box()
    _ask(logged, "live from the newsroom: two")
    show = page.get_by_role("button", name="Show 1 new request")
    show.wait_for()
    assert (reading.opened, reading.grid.bounding_box()) == (first, place)
    show.click()
    expect(reading.head).to_contain_text("2 requests")
    expect(page.get_by_text(f"Id: {first}", exact=True)).to_be_visible()
    # It is where the other one was chosen.
    reading.click(0)
    reading.opens(before=first)
    assert reading.visitor.complaints == []


def test_span_of_time_drawn_over_the_plot_is_looked_at_alone(analyst):
    """From a month to the days somebody wants to know more of."""
    reading = analyst("Agda", view="course", span="30d")
    page = reading.page
    plot = page.locator("[class*=st-key-log_plot_] canvas").first
    plot.wait_for()
    reading.settle()
    look_at(page, "request-logs-over-time")

    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    across, height = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(across + box["width"] * 0.4, height)
    page.mouse.down()
    page.mouse.move(across + box["width"] * 0.5, height, steps=5)
    page.mouse.move(across + box["width"] * 0.6, height, steps=5)
    page.mouse.up()
    page.get_by_role("button", name=re.compile("^Only ")).click()

    expect(page).to_have_url(re.compile("from=.*to="))
    expect(page.locator(".st-key-log_chips")).to_be_visible()
    plot.wait_for()
    page.get_by_text("Requests", exact=True).first.click()
    expect(reading.head).to_contain_text("50 requests")
    assert reading.visitor.complaints == []


def _ask(logged, text):
    path = f"/serving-endpoints/{logged.endpoint}/invocations"
    logged.place.api("POST", path, json=question(text))
