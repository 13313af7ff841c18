"""Judging an answer: saved at the click, changed, taken back, and never lost."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import Unreachable
from backend.feedback.verdicts import Thumb
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.serving.reviewer_guide import ReviewerGuide
from backend.turns.answers import Answer, Source
from tests.pages.conftest import SHELL

SERVED = (ServedVersion("v3", "main.hr.handbook_chain", "3", 100),)
SOURCE = Source("Up to five days.", None, "Handbook", "s1", 0)


@pytest.fixture
def answered(visit):
    """A page with one answer."""
    return _answered(visit, ReviewerGuide())


def _answered(visit, guide):
    endpoint = Endpoint("handbook", "", "", Readiness.READY, SERVED, guide=guide)
    visit.endpoints.content = [endpoint]
    visit.chat.events = [Answer("Five days.", "req-1", sources=(SOURCE,))]
    at = visit.open()
    return at.chat_input[0].set_value("How many days?").run()


def _group(at, prefix):
    return next(each for each in at.button_group if each.key.startswith(prefix))


def _judge(at, thumb):
    _group(at, "thumb_").set_value(thumb).run()
    assert not at.exception


def _area(at, prefix):
    return next(each for each in at.text_area if each.key.startswith(prefix))


def _open(at):
    """Open what is folded under the answer."""
    (entry,) = at.session_state["chats"]["handbook"].entries
    at.session_state[f"more_{entry.key}"] = True
    at.run()
    assert not at.exception


def _button(at, label):
    return next(each for each in at.button if each.label == label)


@pytest.mark.parametrize("thumb", list(Thumb))
def test_a_thumb_is_saved_at_the_click(visit, answered, shown, thumb):
    """In the person's own name, and the page says so; not to know is a verdict, too."""
    _judge(answered, thumb)

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.request_id, verdict.reviewer) == ("req-1", "alice@example.com")
    assert verdict.thumb is thumb
    assert "Your verdict is saved" in shown(answered)


def test_reasons_differ_for_right_and_wrong(visit, answered):
    """A reason for the one is none for the other, so it goes when the thumb changes."""
    _judge(answered, Thumb.NEGATIVE)
    _group(answered, "reasons_").set_value(["incomplete", "outdated"]).run()
    assert visit.feedback.verdicts[-1].reasons == {"incomplete", "outdated"}

    _judge(answered, Thumb.POSITIVE)

    assert visit.feedback.verdicts[-1].reasons == frozenset()
    assert "positive" in _group(answered, "reasons_").key


def test_a_second_click_takes_the_thumb_back(visit, answered, shown):
    """What was taken back is on record as such."""
    _judge(answered, Thumb.NEGATIVE)

    _judge(answered, None)

    assert visit.feedback.verdicts[-1].thumb is None
    assert "Taken back" in shown(answered)


def test_a_comment_goes_with_the_thumb(visit, answered):
    """What is said later does not replace what was said before."""
    _judge(answered, Thumb.NEGATIVE)

    _area(answered, "comment_").set_value("Section 4.3 is missing.").run()

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.thumb, verdict.comment) == (Thumb.NEGATIVE, "Section 4.3 is missing.")
    assert verdict.corrected_answer is None


def test_a_better_answer_starts_with_the_chains(visit, answered):
    """Only what was changed is on record as a better answer."""
    _open(answered)
    better = _area(answered, "better_")
    assert better.value == "Five days."

    better.set_value("Six days.").run()

    assert visit.feedback.verdicts[-1].corrected_answer == "Six days."


def test_wrong_opens_what_can_be_said_in_words(visit, answered):
    """Why it is wrong is asked at once; whoever says right has said enough."""
    _judge(answered, Thumb.POSITIVE)
    assert not [each for each in answered.text_area if each.key.startswith("comment_")]

    _judge(answered, Thumb.NEGATIVE)

    assert _area(answered, "comment_").value == ""


def test_a_saved_better_answer_shows_what_was_changed(visit, answered):
    """By word, with marks that are read aloud; hostile text in it is text."""
    _open(answered)
    _area(answered, "better_").set_value("Six days.<img src=x onerror=alert(1)>").run()

    (changes,) = [
        each.proto.body for each in answered.get("html") if "text-changes" in each.proto.body
    ]
    assert "[removed: </span>Five" in changes
    assert "[added: </span>Six" in changes
    assert "<img" not in changes


def test_what_could_not_be_saved_is_no_change_yet(visit, answered):
    """What is shown as changed is on record."""
    visit.feedback.error = Unreachable()
    _open(answered)
    _area(answered, "better_").set_value("Six days.").run()

    assert not [each for each in answered.expander if "What you changed" in each.label]


def test_the_endpoint_s_own_reasons_take_the_place_of_the_usual(visit):
    """An admin's words are shown, and what is on record is their key."""
    guide = ReviewerGuide(reasons_down={"rude": "Rude [to] customers"})
    at = _answered(visit, guide)
    _judge(at, Thumb.NEGATIVE)
    group = _group(at, "reasons_")
    assert group.options == [r"Rude \[to\] customers"]

    group.set_value(["rude"]).run()

    assert visit.feedback.verdicts[-1].reasons == {"rude"}


def test_a_reason_that_is_not_listed_any_more_can_be_taken_back(visit, answered):
    """What somebody said does not vanish because the list has changed."""
    _judge(answered, Thumb.NEGATIVE)
    chats = answered.session_state["chats"]
    judgement = chats["handbook"].entries[0].judgement
    reasons = frozenset({"too_long", "outdated"})
    judgement.verdict = replace(judgement.verdict, reasons=reasons)
    other_tab = AppTest.from_file(str(SHELL), default_timeout=20)
    other_tab.session_state["chats"] = chats
    group = _group(other_tab.run(), "reasons_")
    assert group.options[-1] == "Too long"
    assert set(group.value) == reasons

    group.set_value(["outdated"]).run()

    assert visit.feedback.verdicts[-1].reasons == {"outdated"}


def test_a_source_is_judged_by_its_place(visit, answered):
    """The rating names the retrieval and the place in its result."""
    _group(answered, "source_1_").set_value("Outdated").run()

    (rating,) = visit.feedback.verdicts[-1].source_ratings
    assert (rating.step_id, rating.position) == ("s1", 0)
    assert (rating.thumb, rating.comment) == (Thumb.NEGATIVE, "Outdated")


def test_a_verdict_that_cannot_be_saved_stays_and_says_why(visit, answered, shown):
    """The input is kept, and one click saves it."""
    visit.feedback.error = Unreachable()
    _judge(answered, Thumb.NEGATIVE)
    _area(answered, "comment_").set_value("Wrong section.").run()
    assert "Not saved. The workspace cannot be reached." in shown(answered)
    assert "saved" not in shown(answered).replace("Not saved", "")

    visit.feedback.error = None
    _button(answered, "Save again").click().run()

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.thumb, verdict.comment) == (Thumb.NEGATIVE, "Wrong section.")
    assert "Your verdict is saved" in shown(answered)


def test_everything_can_be_taken_back(visit, answered, shown):
    """The fields are as they were before anything was said."""
    _judge(answered, Thumb.NEGATIVE)
    _area(answered, "comment_").set_value("Wrong section.").run()

    _button(answered, "Take back my verdict").click().run()

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.thumb, verdict.comment, verdict.reasons) == (None, "", frozenset())
    _open(answered)
    assert _area(answered, "comment_").value == ""
    assert "Taken back" in shown(answered)


def test_an_earlier_answer_can_be_judged_later(visit, answered):
    """Each verdict goes to the answer it stands under."""
    visit.chat.events = [Answer("Yes.", "req-2")]
    answered.chat_input[0].set_value("Sure?").run()

    _judge(answered, Thumb.POSITIVE)

    assert visit.feedback.verdicts[-1].request_id == "req-1"


def test_an_answer_without_a_request_id_cannot_be_judged(visit, answered):
    """There would be nothing to file the verdict under."""
    visit.chat.events = [Answer("Part of", None, is_interrupted=True)]
    answered.chat_input[0].set_value("And?").run()

    assert len([g for g in answered.button_group if g.key.startswith("thumb_")]) == 1
