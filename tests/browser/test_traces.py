"""An analyst finds traces, walks through a conversation, compares two, and passes that on."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENDPOINT, allow
from tests.browser.looking import AT_REST, look_at
from tests.registered_models import question

ROW, HEADER = 35, 37


class Searching:
    """The page as an analyst uses it."""

    def __init__(self, visitor):
        self.visitor, self.page = visitor, visitor.page
        self.page.get_by_role("heading", name="Traces", exact=True).wait_for()
        # What is clicked lies over what is drawn.
        self.rows = self.page.locator("[data-testid=stDataFrame] .dvn-scroller").first

    def click(self, row, across=320):
        """Click a row of the list; at its beginning is the box that marks it."""
        self.rows.wait_for()
        self.settle()
        self.rows.click(position={"x": across, "y": HEADER + ROW * row + ROW // 2})

    def press(self, name):
        self.page.get_by_role("button", name=name).first.click()

    def settle(self):
        self.page.locator(AT_REST).wait_for()


@pytest.fixture
def talk(place):
    """A conversation of three turns; the id of its session."""
    session = f"talk-{uuid.uuid4().hex[:8]}"
    for text in ("cite the first *word*", "say <b>two</b>", "say three"):
        body = question(text) | {"databricks_options": {"conversation_id": session}}
        place.api("POST", f"/serving-endpoints/{ENDPOINT}/invocations", json=body)
    return session


@pytest.fixture
def analyst(place, visit):
    """Return a function that brings an analyst to the page."""

    def come(name, address="traces"):
        user = f"{name.lower()}@example.com"
        place.client.ensure_user(user, name, "analysts")
        allow(place, user)
        code = place.client.sign_in_code(user)
        return Searching(visit(f"{place.app}/sign-in?code={code}&next=/{address}"))

    return come


def test_traces_are_found_opened_and_compared(talk, analyst, place):
    """From a filter to a link that shows a colleague the same two traces."""
    here = analyst("Tamar")
    page = here.page
    page.get_by_text("Write the filter for me").click()
    expect(page.get_by_label("Conversation", exact=True)).to_be_visible()
    here.settle()
    page.get_by_label("Conversation", exact=True).fill(talk)
    here.press("Write and search")
    written = f"metadata.`mlflow.trace.session` = '{talk}'"
    expect(page.get_by_role("textbox", name="Filter")).to_have_value(written)
    here.settle()
    look_at(page, "traces")

    here.click(1)
    page.wait_for_url(re.compile("trace=tr-"))
    middle = page.url
    page.get_by_role("button", name="Later", exact=True).click()
    page.wait_for_url(lambda url: "trace=tr-" in url and url != middle)
    expect(page.get_by_role("button", name="Later", exact=True)).to_be_disabled()
    here.press("Back to the search")
    expect(page.get_by_role("textbox", name="Filter")).to_have_value(written)

    # Keys go through the list, and nothing opens before Enter.
    here.settle()
    page.locator("[data-testid=data-grid-canvas]").first.focus()
    page.keyboard.press("ArrowDown")
    here.settle()
    assert "trace=" not in page.url
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("trace=tr-"))
    here.press("Back to the search")

    here.click(0, across=15)
    here.click(2, across=15)
    here.press("Compare the two")
    expect(page.get_by_text("Two traces compared")).to_be_visible()
    here.settle()
    look_at(page, "traces-compared")
    here.click(0, across=150)
    step = page.locator(".st-key-traces_step")
    expect(step.locator("ins", has_text="say three")).to_be_visible()
    expect(page).to_have_url(re.compile("span="))

    colleague = analyst("Teresa")
    colleague.page.goto(page.url)
    expect(colleague.page.locator(".st-key-traces_step ins", has_text="say three")).to_be_visible()
    assert not here.visitor.complaints


def test_conversation_is_read_among_traces(talk, analyst):
    """Found by MLflow's own filter, typed in, and read from its first question on."""
    here = analyst("Thora", "traces%3Fview%3Dsessions")
    page = here.page
    box = page.get_by_role("textbox", name="Filter")
    box.fill(f"metadata.`mlflow.trace.session` = '{talk}' OR x = 'y'")
    box.press("Enter")
    expect(page.get_by_text("MLflow does not understand this filter")).to_be_visible()
    box.fill("trace.text ILIKE '%first%word%'")
    box.press("Enter")
    page.get_by_role("button", name="cite the first *word*").first.click()
    expect(page.get_by_text("say <b>two</b>")).to_be_visible()
    here.settle()
    look_at(page, "traces-conversation")

    page.get_by_role("button", name="See its trace").nth(1).click()
    page.wait_for_url(re.compile("trace=tr-"))
    here.press("Back to the conversation")
    # The trace has this question, too, and leaves the page when the conversation has come.
    expect(page.get_by_role("tree")).to_have_count(0)
    here.settle()
    expect(page.get_by_text("say <b>two</b>")).to_be_visible()
    assert not here.visitor.complaints
