"""From the question to a verdict with a comment without a mouse, and a sheet that tells how."""

from tests.browser.conftest import AT_REST, MODEL, _wait
from tests.browser.looking import look_at
from tests.browser.recorded import rows

_COMMENTS = (
    f"SELECT request_id FROM {MODEL}_payload_assessment_logs "
    "WHERE text_assessment.free_text_comment = '1 of 3 is missing'"
)


def _is_heard(page, key, answer):
    """Press a key; what listens to keys is the last part of the page to be loaded."""
    page.keyboard.press(key)
    page.wait_for_timeout(1500)
    return answer.count()


def test_single_keys_judge_and_comment(place, visit):
    """1 to 3 are the thumbs and 4 the comment; while one writes they are only characters."""
    keith = visit(place.invite("Keith"))
    page, keys = keith.page, keith.page.keyboard
    page.get_by_placeholder("Ask a question").wait_for()
    page.locator(AT_REST).wait_for()
    keys.press("Escape")
    sheet = page.get_by_role("dialog").get_by_text("The last answer is right")
    _wait(lambda: _is_heard(page, "?", sheet))
    page.wait_for_timeout(400)
    look_at(page, "keyboard-sheet")
    keys.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator(AT_REST).wait_for()

    keys.press("/")
    keys.type("say 12 days, or 3?")
    keys.press("Enter")
    keith.answer().get_by_text("12 days, or 3?").first.wait_for()
    keys.press("Escape")
    keys.press("2")
    page.get_by_text("Your verdict is saved").wait_for()
    assert "Wrong" in page.locator("[class*=st-key-thumb_] [aria-checked=true]").inner_text()

    page.locator(AT_REST).wait_for()
    keys.press("4")
    comment = page.get_by_role("textbox", name="Comment")
    comment.wait_for()
    page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Comment'")
    keys.type("1 of 3 is missing")
    keys.press("Escape")
    _wait(lambda: rows(place, _COMMENTS))
    page.reload()
    keith.answer()
    page.get_by_text("Comment, or give a better answer").click()
    comment.wait_for()

    assert comment.input_value() == "1 of 3 is missing"
    assert keith.complaints == []


def test_a_better_answer_shows_what_was_changed_also_after_a_reload(place, visit):
    """The words, not the lines; and taking the verdict back takes it away."""
    lea = visit(place.invite("Lea"))
    page = lea.page
    page.get_by_placeholder("Ask a question").wait_for()
    lea.ask("say Five days for each child.")
    lea.answer().get_by_text("Five days").first.wait_for()
    lea.thumb("Wrong").click()
    better = page.get_by_role("textbox", name="I would have answered")
    better.wait_for()
    better.fill("Six days for each <b>child</b>.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("What you changed in the answer").click()
    page.locator(".text-changes ins").first.wait_for()
    look_at(page, "verdict-changes")
    page.reload()
    lea.answer()
    page.get_by_text("What you changed in the answer").click()

    changes = page.locator(".text-changes")
    changes.wait_for()
    assert changes.locator("del").first.text_content() == "[removed: Five]"
    assert "<b>child</b>." in changes.inner_text()

    page.get_by_role("button", name="Take back my verdict").click()
    page.get_by_text("Taken back").wait_for()
    assert not page.get_by_text("What you changed in the answer").count()
    assert lea.complaints == []
