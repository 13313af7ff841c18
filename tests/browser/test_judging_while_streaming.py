"""An earlier answer is judged while another one arrives, and neither disturbs the other."""

import re

from tests.browser.looking import keep_picture


def test_a_verdict_is_saved_while_the_next_answer_arrives(place, visit):
    """Nobody waits for the chain with what they have to say, and the answer comes whole."""
    hilda = visit(place.invite("Hilda"))
    hilda.page.get_by_placeholder("Ask a question").wait_for()
    hilda.ask("say Five days.")
    hilda.answer().get_by_text("Five days.").first.wait_for()
    hilda.ask("count 200")
    second = hilda.page.locator("[class*=st-key-answer_]").last
    second.get_by_text(re.compile("0 1 2 3")).wait_for()

    first = hilda.page.locator("[class*=st-key-thumb_]").first
    first.locator("button", has_text="Right").click()
    hilda.page.get_by_text("Your verdict is saved").wait_for()

    so_far = re.findall(r"\b\d+\b", second.inner_text())
    assert hilda.page.get_by_role("button", name="Stop").is_visible()
    assert "199" not in so_far
    keep_picture(hilda.page, "chat-judged-while-streaming")
    text = hilda.answer().locator("p").first.inner_text()
    assert [int(each) for each in text.split()] == list(range(200))
    assert hilda.page.get_by_text("Your verdict is saved").count() == 1
    assert hilda.complaints == []
