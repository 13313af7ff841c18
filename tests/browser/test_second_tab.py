"""Two tabs and two clicks: whatever a person does twice, a chain is asked once."""

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.recorded import invocations


def second_tab(visitor: Visitor) -> Visitor:
    """Open the same address once more in the same browser."""
    other = Visitor(visitor.page.context.new_page()).watch()
    other.page.goto(visitor.page.url)
    return other


def test_a_double_click_on_a_suggestion_asks_once(place, visit):
    """Whoever clicks twice means one question."""
    odile = visit(place.invite("Odile"))
    odile.page.get_by_role("button", name="count 3").dblclick()
    odile.answer()

    assert odile.page.locator("[class*=st-key-answer_]").count() == 1
    assert len(invocations(place, "odile@example.com")) == 1
    assert odile.complaints == []


def test_enter_pressed_twice_asks_once(place, visit):
    """The second Enter has nothing left to send."""
    paul = visit(place.invite("Paul"))
    box = paul.page.get_by_placeholder("Ask a question")
    box.fill("count 10")
    box.press("Enter")
    box.press("Enter")
    paul.answer()

    assert len(invocations(place, "paul@example.com")) == 1


def test_a_double_click_on_ask_again_asks_once_more(place, visit):
    """One more answer is what was wanted, not two."""
    rita = visit(place.invite("Rita"))
    rita.page.get_by_placeholder("Ask a question").wait_for()
    rita.ask("count 10")
    rita.answer()
    rita.page.get_by_role("button", name="Ask again").dblclick()
    rita.answer()

    assert len(invocations(place, "rita@example.com")) == 2


def test_a_second_tab_shows_the_conversation_and_asks_nothing(place, visit):
    """Opening, reading and judging in another tab leaves the chain alone; both tabs work on."""
    sara = visit(place.invite("Sara"))
    sara.page.get_by_placeholder("Ask a question").wait_for()
    sara.ask("say Five days.")
    sara.answer()
    other = second_tab(sara)
    other.page.get_by_text("Five days.").last.wait_for()
    other.thumb("Right").click()
    other.page.get_by_text("Your verdict is saved").wait_for()
    sara.thumb("Wrong").click()
    sara.page.get_by_text("Your verdict is saved").wait_for()
    assert len(invocations(place, "sara@example.com")) == 1

    # The last word counts, in whichever tab it was said.
    other.page.reload()
    expect(other.thumb("Wrong")).to_have_attribute("aria-checked", "true")
    other.ask("say Six days.")
    other.page.get_by_text("Six days.").last.wait_for()
    other.answer()
    assert len(invocations(place, "sara@example.com")) == 2
    assert sara.complaints + other.complaints == []


def test_a_second_tab_opened_while_an_answer_arrives_does_not_ask_again(place, visit):
    """What one tab is waiting for, the other does not fetch a second time."""
    timo = visit(place.invite("Timo"))
    timo.page.get_by_placeholder("Ask a question").wait_for()
    timo.ask("count 60")
    timo.page.get_by_text("0 1 2 3").wait_for()
    other = second_tab(timo)
    other.page.get_by_placeholder("Ask a question").wait_for()

    assert "59" in timo.answer().inner_text()
    assert len(invocations(place, "timo@example.com")) == 1
    assert timo.complaints == []
