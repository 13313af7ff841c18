"""One request beside the list: what was asked and answered, and everything around it."""

from dataclasses import replace
from datetime import timedelta

from backend.feedback.verdicts import Choice, Preference, Thumb, Verdict
from backend.turns.answers import Answer, ToolStep
from components.request_logs import bodies
from tests.pages.deployed import ENDPOINT
from tests.pages.logged_requests import (
    HOSTILE,
    NOON,
    address_of,
    detail,
    open_at,
    row,
    unfold,
)


def said(at, shown):
    """Return all text without what keeps it from being Markdown."""
    return shown(at).replace("\u2060", "")


def test_request_opens_beside_the_list(visit, logs, shown):
    """By the address; question, answer, sources and who said what of it, in the order of time."""
    at = open_at(visit, open="r3")

    text = said(at, shown)
    assert "Question 3" in text
    assert "You get **30** days. <script>" in text
    assert "1 source" in [each.label for each in at.expander]
    assert "Everybody gets 30 days." in text
    assert "By rita@example.com · took 103 ms · status 200 ok · main.hr.handbook_chain" in text
    assert "2 verdicts" in text
    assert text.index("By rita@example.com, ") < text.index("By ruth@example.com, ")
    assert "**:material/thumb_down: Wrong** · Made up · Source 1: not helpful (Outdated)" in text
    assert "“Nobody *gets* 30.”" in text
    assert "tone: harsh" in text
    assert "What should have been answered" in [each.label for each in at.expander]
    assert list(at.dataframe[0].value["open"])[3] == "▶"
    assert not at.exception


def test_next_and_previous_go_along_the_list(visit, logs):
    """With J and K as well; the ends of the list are ends, and closing leads back to it."""
    at = open_at(visit, open="r0")
    assert at.button(key="log_previous").disabled
    assert (at.button(key="log_next").proto.shortcut, at.button(key="log_next").label) == (
        "j",
        "Next",
    )
    at.button(key="log_next").click().run()
    at.button(key="log_next").click().run()
    assert address_of(at)["open"] == "r2"
    at.button(key="log_previous").click().run()
    assert address_of(at)["open"] == "r1"

    at.button(key="log_close").click().run()

    assert "open" not in address_of(at)
    assert logs.times("page") == 1
    logs.rows = logs.rows[:50]
    assert open_at(visit, open="r49").button(key="log_next").disabled


def test_going_on_turns_the_page_at_its_end(visit, logs):
    """To the first request of the next one, and back to the last of the one before."""
    at = open_at(visit, open="r49")

    at.button(key="log_next").click().run()
    assert address_of(at) == {"endpoint": ENDPOINT, "before": "1.r49", "open": "r50"}
    at.button(key="log_next").click().run()
    at.button(key="log_previous").click().run()
    at.button(key="log_previous").click().run()

    assert address_of(at) == {"endpoint": ENDPOINT, "open": "r49"}
    # Who came by a link has passed no page that could be gone back to.
    linked = open_at(visit, before="1.r49", open="r50")
    assert linked.button(key="log_previous").disabled


def test_row_that_was_clicked_can_be_clicked_again(visit, logs):
    """Once another request is open, or none; what is marked stays marked."""
    for key, cells in (("log_next", [(1, "at")]), ("log_close", [])):
        at = open_at(visit, open="r0")
        at.session_state["log_rows_1"] = {
            "selection": {"rows": [4], "columns": [], "cells": [(0, "at")]}
        }
        at.run()

        at.button(key=key).click().run()

        assert at.session_state["log_rows_1"]["selection"] == {
            "rows": [4],
            "columns": [],
            "cells": cells,
        }
        assert not at.exception


def test_request_that_is_not_in_the_list_opens_all_the_same(visit, logs, shown):
    """A link to one request does not depend on what is filtered."""
    at = open_at(visit, open="r100")

    assert "Question 100" in shown(at)
    assert at.button(key="log_next").disabled
    assert at.button(key="log_previous").disabled


def test_request_that_is_gone_is_said_to_be(visit, logs, shown):
    """Beside the list, which stays."""
    at = open_at(visit, open="nobody")

    assert "No request of this id is on record here." in shown(at)
    assert len(at.dataframe[0].value) == 50


def test_open_request_is_read_once(visit, logs):
    """Not with every click, unless it is too large to be kept."""
    at = open_at(visit, open="r3")
    unfold(at, "log_more")
    assert logs.times("open") == 1

    logs.changes = {"response_body": "x" * 500_000}
    at.button(key="log_next").click().run()
    at.run()

    assert logs.times("open") == 3


def test_hostile_text_is_only_text(visit, logs, shown):
    """In every part; what cannot be seen is shown as a sign."""
    verdict = Verdict("r0", HOSTILE, Thumb.NEGATIVE, frozenset({"a_**b**"}), HOSTILE)
    logs.rows = [row(0, question=HOSTILE, requester="![x](http://evil)", error_code="**b**")]
    known = detail(logs.rows[0])
    answer = replace(known.turn.answer, text=f"{HOSTILE} ![x](http://evil.example/a.png)")
    logs.changes = {"history": (verdict,), "turn": replace(known.turn, answer=answer)}

    at = open_at(visit, open="r0")

    assert "![" not in "".join(each.value.replace("\\!", "") for each in at.markdown)
    assert any("\\*\\*b\\*\\*" in each.value for each in at.caption)
    assert any("\\*\\*b\\*\\*" in each.value for each in at.markdown)
    elements = [*at.markdown, *at.text, *at.caption]
    assert not any(sign in each.value for each in elements for sign in ("\u202e", "\x00"))
    assert not at.exception


def test_bodies_are_drawn_when_they_are_opened(visit, logs):
    """In order and cut; without one the reason is given."""
    at = open_at(visit, open="r0")
    assert not at.code
    unfold(at, "log_request_r0")
    assert '"content": "it\'s <i>me</i>"' in at.code[0].value

    logs.changes = {
        "request_body": "y" * 300_000,
        "response_body": None,
        "logging_errors": ("MAX_RESPONSE_SIZE_EXCEEDED",),
    }
    at.button(key="log_next").click().run()
    unfold(at, "log_request_r1")
    unfold(at, "log_response_r1")
    assert len(at.code[0].value) == bodies.LONGEST
    text = "\n".join(each.value for each in at.caption).replace("\\", "")
    assert "The first 100,000 of 300,000 characters." in text
    assert "The workspace says: MAX_RESPONSE_SIZE_EXCEEDED" in text


def test_command_repeats_the_request_without_a_token(visit, logs):
    """It can be pasted into a shell as it is, whatever was asked."""
    at = unfold(open_at(visit, open="r0"), "log_repeat_r0")

    command = at.code[0].value
    assert f"$DATABRICKS_HOST/serving-endpoints/{ENDPOINT}/invocations" in command
    assert "Bearer $DATABRICKS_TOKEN" in command
    assert "dapi" not in command
    assert """it'"'"'s <i>me</i>""" in command


def test_what_is_not_on_record_is_not_made_up(visit, logs, shown):
    """Neither a question nor an answer nor a verdict."""
    logs.rows = [row(0, question="", status=500, latency_ms=None, conversation_id="")]
    known = detail(logs.rows[0])
    answer = Answer("", "r0", problem="The chain failed.", problem_code="CHAIN_FAILED")
    logs.changes = {
        "turn": replace(known.turn, answer=answer),
        "verdicts": (),
        "history": (),
        "request_body": None,
    }

    at = open_at(visit, open="r0")
    text = shown(at)

    assert "What was asked could not be understood" in text
    assert "The chain failed." in text
    assert "No verdict yet" in text
    assert "took" not in text
    assert "Earlier in this conversation" not in [each.label for each in at.expander]
    unfold(at, "log_repeat_r0")
    assert "So it cannot be repeated" in shown(at)


def test_former_words_are_told_from_those_that_stand(visit, logs, shown):
    """A person may have said one thing first and another later, or taken everything back."""
    first = Verdict("r0", "rita@example.com", Thumb.NEGATIVE, given_at=NOON)
    last = Verdict(
        "r0",
        "rita@example.com",
        custom_answers={"Polite?": True, "Kind": ("a", "b")},
        preference=Preference("p", Choice.NEITHER),
        given_at=NOON + timedelta(hours=1),
    )
    logs.changes = {"history": (first, last, Verdict("r0", "ruth@example.com"))}

    text = said(open_at(visit, open="r0"), shown)

    assert text.count("and something else later") == 1
    assert "Not good, and neither is another answer" in text
    assert "Polite?: yes" in text
    assert "Kind: a, b" in text
    assert "Took everything back" in text


def test_long_question_leaves_its_answer_in_sight(visit, logs):
    """All of it is there for who wants it."""
    known = detail(logs.rows[0])
    question = "\n".join(f"Line {number}" for number in range(100))
    logs.changes = {"turn": replace(known.turn, asked=replace(known.turn.asked, question=question))}
    at = open_at(visit, open="r0")

    assert any(each.value.endswith("Line 29") for each in at.text)
    unfold(at, "log_r0_question_all")
    assert at.code[0].value == question


def test_long_and_stopped_answers_are_cut_and_said_to_be(visit, logs, shown):
    """The rest is there for who wants it; steps are told as in the chat."""
    known = detail(logs.rows[0])
    steps = (ToolStep("s1", "main__rag__search", '{"query": "leave"}', "[]"),)
    answer = Answer("word " * 5_000, "r0", steps=steps, is_interrupted=True)
    logs.changes = {"turn": replace(known.turn, answer=answer)}
    at = open_at(visit, open="r0")

    assert "Stopped before the end" in shown(at)
    assert "1 step before the answer" in [each.label for each in at.expander]
    assert not at.code
    unfold(at, "log_r0_all")
    assert len(at.code[0].value) == 25_000
