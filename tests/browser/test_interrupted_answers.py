"""An answer whose reader went away: its part is there, marked, and can be asked for again."""

import re

from tests.browser.looking import look_at


def test_a_reload_in_the_middle_of_an_answer_keeps_its_part(place, visit):
    """The chain is told to stop; here and in another browser one finds what had come."""
    kim = visit(place.invite("Kim"))
    kim.page.get_by_placeholder("Ask a question").wait_for()
    kim.ask("say Before.")
    kim.answer()
    kim.ask("count 800")
    kim.page.get_by_text(re.compile("0 1 2 3")).wait_for()

    kim.page.reload()

    came = interrupted_part(kim)
    look_at(kim.page, "chat-interrupted")
    elsewhere = visit(place.invite("Kim"))
    elsewhere.page.get_by_placeholder("Ask a question").wait_for()
    elsewhere.page.goto(kim.page.url)
    assert interrupted_part(elsewhere) == came
    elsewhere.page.get_by_role("button", name="Ask again").click()
    elsewhere.page.get_by_role("button", name="Stop").click()
    elsewhere.page.get_by_text("2 of 2").wait_for()
    assert kim.complaints == elsewhere.complaints == []


def interrupted_part(visitor):
    """Return the numbers of the answer nobody waited for, once it is there."""
    last = visitor.page.locator("[class*=st-key-answer_]").last
    last.get_by_text("Stopped before the end. This is what had come.").wait_for()
    last.get_by_role("button", name="Ask again").wait_for()
    numbers = [int(each) for each in last.locator("p").first.inner_text().split()]
    assert numbers == list(range(len(numbers)))
    assert 3 < len(numbers) < 800
    visitor.page.locator("[class*=st-key-bubble_]", has_text="count 800").wait_for()
    return numbers


def test_a_tab_closed_in_the_middle_of_an_answer_stops_the_chain(place, visit):
    """Nobody pays for what nobody reads; whoever comes back finds the beginning."""
    lena = visit(place.invite("Lena"))
    lena.page.get_by_placeholder("Ask a question").wait_for()
    lena.ask("count 800")
    lena.page.get_by_text(re.compile("0 1 2 3")).wait_for()
    address = lena.page.url
    context = lena.page.context
    lena.page.close()

    lena.page = context.new_page()
    lena.page.goto(address)

    assert len(interrupted_part(lena)) < 400
