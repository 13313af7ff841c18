"""Asking, stopping, asking again, and all of it without a mouse."""

import re

from tests.browser.looking import keep_picture, look_at

# What has the focus, as it is read out; nothing where the page itself has it.
_FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused.matches("a, button, textarea, input")) return "";
  return (focused.getAttribute("aria-label") || "") + focused.textContent;
}"""


def numbers(text):
    """Return the numbers the chain has counted so far."""
    return [int(each) for each in re.findall(r"\b\d+\b", text)]


def test_a_suggested_question_is_asked_by_a_click(place, visit):
    """Somebody who does not know what to ask begins with one click."""
    dora = visit(place.invite("Dora"))
    dora.page.get_by_role("button", name="count 3").click()

    assert numbers(dora.answer().locator("p").first.inner_text()) == [0, 1, 2]
    assert dora.complaints == []


def test_stop_keeps_what_came_and_the_question_can_be_asked_again(place, visit):
    """Whoever stops an answer keeps its beginning; asking again is the person's own choice."""
    emil = visit(place.invite("Emil"))
    emil.page.get_by_placeholder("Ask a question").wait_for()
    emil.ask("count 500")
    emil.page.get_by_text(re.compile("0 1 2 3")).wait_for()
    keep_picture(emil.page, "chat-streaming")
    emil.page.get_by_role("button", name="Stop").click()
    emil.page.get_by_text("Stopped before the end.").wait_for()
    came = numbers(emil.answer().locator("p").first.inner_text())
    look_at(emil.page, "chat-stopped")

    assert came == list(range(len(came)))
    assert 3 < len(came) < 500

    emil.page.get_by_role("button", name="Ask again").click()
    emil.page.get_by_text("Stopped before the end.").wait_for(state="detached")
    emil.page.get_by_role("button", name="Stop").click()
    emil.page.get_by_text("Stopped before the end.").wait_for()
    assert emil.page.locator("[class*=st-key-answer_]").count() == 1
    assert emil.complaints == []


def test_an_error_of_the_chain_is_a_sentence(place, visit):
    """What a chain fails with is said in words, with an id to quote and a way on."""
    fred = visit(place.invite("Fred"))
    fred.page.get_by_placeholder("Ask a question").wait_for()
    fred.ask("fail the table is gone")
    fred.page.get_by_text("Request id:").wait_for()

    look_at(fred.page, "chat-failed")
    assert fred.page.get_by_role("button", name=re.compile("Ask")).count() == 1


def test_asking_and_judging_without_a_mouse(place, visit):
    """Keys alone lead from the question to a verdict that is saved."""
    gina = visit(place.invite("Gina"))
    gina.page.get_by_placeholder("Ask a question").wait_for()
    keys = gina.page.keyboard
    reach(gina.page, "Ask a question")
    keys.type("say Five days.")
    keys.press("Enter")
    gina.answer().get_by_text("Five days.").first.wait_for()
    reach(gina.page, "Right")
    keys.press("Space")

    gina.page.get_by_text("Your verdict is saved").wait_for()
    assert gina.complaints == []


def reach(page, name):
    """Press Tab until the element of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in page.evaluate(_FOCUSED):
            return
    raise AssertionError(f"Tab does not lead to {name!r}")
