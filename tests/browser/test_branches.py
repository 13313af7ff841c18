"""Questions worded anew and answers asked for again: nothing that was said is lost."""

from tests.browser.looking import look_at


def test_a_question_worded_anew_keeps_the_old_branch_after_a_reload(place, visit):
    """What came of the old wording is one click away, in this browser and in another."""
    ivan = visit(place.invite("Ivan"))
    ivan.page.get_by_placeholder("Ask a question").wait_for()
    ivan.ask("say One.")
    ivan.answer()
    ivan.ask("say Two.")
    ivan.answer()

    ivan.page.get_by_role("button", name="Edit this question").first.click()
    box = ivan.page.get_by_role("textbox", name="Your question")
    box.fill("say Another one.")
    look_at(ivan.page, "chat-editing")
    ivan.page.get_by_role("button", name="Ask", exact=True).click()
    ivan.page.locator("[class*=st-key-bubble_]", has_text="Another one.").wait_for()
    ivan.answer().get_by_text("Another one.").wait_for()
    assert not ivan.page.get_by_text("say Two.").is_visible()
    look_at(ivan.page, "chat-branches")

    turn_back(ivan)
    ivan.page.reload()
    ivan.page.get_by_text("2 of 2").wait_for()
    ivan.page.locator("[class*=st-key-bubble_]", has_text="Another one.").wait_for()
    turn_back(ivan)

    elsewhere = visit(place.invite("Ivan"))
    elsewhere.page.get_by_placeholder("Ask a question").wait_for()
    elsewhere.page.goto(ivan.page.url)
    elsewhere.page.get_by_text("2 of 2").wait_for()
    turn_back(elsewhere)
    assert ivan.complaints == elsewhere.complaints == []


def turn_back(visitor):
    """Switch to the old wording, where the old second question stands."""
    visitor.page.get_by_role("button", name="Earlier version of your question").click()
    visitor.page.get_by_text("1 of 2").wait_for()
    visitor.page.locator("[class*=st-key-bubble_]", has_text="say Two.").wait_for()


def test_an_answer_asked_for_again_leaves_the_former_one_to_be_judged(place, visit):
    """Both answers have a verdict of their own, which stays with them."""
    jana = visit(place.invite("Jana"))
    jana.page.get_by_placeholder("Ask a question").wait_for()
    jana.ask("say Once.")
    jana.answer()
    jana.thumb("Wrong").click()
    jana.page.get_by_text("Your verdict is saved").wait_for()

    jana.page.get_by_role("button", name="Ask again").click()
    jana.page.get_by_text("2 of 2").wait_for()
    jana.answer()
    assert jana.page.get_by_text("Your verdict is saved").count() == 0
    jana.page.get_by_role("button", name="Earlier answer").click()

    jana.page.get_by_text("1 of 2").wait_for()
    jana.page.get_by_text("Your verdict is saved").wait_for()
    assert jana.complaints == []
