"""Judging an answer: saved at the click, changed, taken back, and never lost."""

import pytest

from backend.answers import Answer, Source
from backend.endpoints import Endpoint, Readiness, ServedVersion
from backend.errors import Unreachable
from backend.verdicts import Thumb

SERVED = (ServedVersion("v3", "main.hr.handbook_chain", "3", 100),)
SOURCE = Source("Up to five days.", None, "Handbook", "s1", 0)


@pytest.fixture
def answered(visit):
    """A page with one answer."""
    visit.endpoints.content = [Endpoint("handbook", "", "", Readiness.READY, SERVED)]
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
    better = _area(answered, "better_")
    assert better.value == "Five days."

    better.set_value("Six days.").run()

    assert visit.feedback.verdicts[-1].corrected_answer == "Six days."


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
    next(b for b in answered.button if b.label == "Save again").click().run()

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.thumb, verdict.comment) == (Thumb.NEGATIVE, "Wrong section.")
    assert "Your verdict is saved" in shown(answered)


def test_everything_can_be_taken_back(visit, answered, shown):
    """The fields are as they were before anything was said."""
    _judge(answered, Thumb.NEGATIVE)
    _area(answered, "comment_").set_value("Wrong section.").run()

    next(b for b in answered.button if b.label == "Take back my verdict").click().run()

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.thumb, verdict.comment, verdict.reasons) == (None, "", frozenset())
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
