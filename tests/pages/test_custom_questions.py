"""The questions of a chain's admins under its answers: each kind, saved, changed, taken back."""

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import Unreachable
from backend.feedback.label_schemas import AnswerKind, Question
from backend.feedback.verdicts import Thumb
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.turns.answers import Answer
from tests.pages.conftest import SHELL

SERVED = (ServedVersion("v3", "main.hr.handbook_chain", "3", 100),)
POLITE = Question(
    "Is it *polite*?", AnswerKind.YES_OR_NO, "As to a [guest](http://a.example).", True,
    options=("Polite", "Rude"),
)  # fmt: skip
PART = Question("Which part?", AnswerKind.ONE_OF, options=("Leave", "Pay"))
MISSING = Question("What is missing?", AnswerKind.SOME_OF, options=("A figure", "A source"))
MINUTES = Question("How many minutes?", AnswerKind.NUMBER, minimum=0, maximum=60)
NEXT = Question("What next?", AnswerKind.TEXT, max_length=80)
FACTS = Question("Facts", AnswerKind.TEXT, takes_comment=True, is_expectation=True)
CHIPS = "button_group"


@pytest.fixture
def asked(visit):
    """Return a page with one answer and these questions open under it."""

    def open_with(*questions):
        visit.label_schemas.asked = questions
        visit.endpoints.content = [Endpoint("handbook", "", "", Readiness.READY, SERVED)]
        visit.chat.events = [Answer("Five days.", "req-1")]
        at = visit.open()
        at.chat_input[0].set_value("How many days?").run()
        fold(at, is_open=True)
        return at

    return open_with


def fold(at, is_open):
    (entry,) = at.session_state["chats"]["handbook"].entries
    at.session_state[f"more_{entry.key}"] = is_open
    at.run()
    assert not at.exception


def field(at, kind, prefix="asked_"):
    return next(each for each in getattr(at, kind) if each.key.startswith(prefix))


def answer(at, kind, value, prefix="asked_"):
    field(at, kind, prefix).set_value(value).run()
    assert not at.exception


@pytest.mark.parametrize(
    ("question", "kind", "given", "kept"),
    [
        (POLITE, CHIPS, False, False),
        (PART, CHIPS, "Pay", "Pay"),
        (MISSING, CHIPS, ["A source", "A figure"], ("A source", "A figure")),
        (MINUTES, "number_input", 12.0, 12),
        (MINUTES, "number_input", 12.5, 12.5),
        (NEXT, "text_area", " The figures. ", "The figures."),
    ],
)
def test_an_answer_of_each_kind_is_saved_with_the_verdict(
    visit, asked, question, kind, given, kept
):
    """Under the question's own name, beside whatever else is said, and shown as it was given."""
    at = asked(question)
    answer(at, CHIPS, Thumb.NEGATIVE, "thumb_")

    answer(at, kind, given)

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.thumb, verdict.custom_answers) == (Thumb.NEGATIVE, {question.name: kept})
    other_tab = AppTest.from_file(str(SHELL), default_timeout=20)
    other_tab.session_state["chats"] = at.session_state["chats"]
    fold(other_tab, is_open=True)
    assert field(other_tab, kind).value == (given.strip() if isinstance(given, str) else given)


@pytest.mark.parametrize(
    ("question", "kind", "given", "nothing"),
    [
        (POLITE, CHIPS, True, None),
        (MISSING, CHIPS, ["A source"], []),
        (MINUTES, "number_input", 12.0, None),
        (NEXT, "text_area", "So.", " "),
    ],
)
def test_an_answer_can_be_taken_back(visit, asked, question, kind, given, nothing):
    """Nothing is no answer, and is not on record as one."""
    at = asked(question)
    answer(at, kind, given)

    answer(at, kind, nothing)

    assert visit.feedback.verdicts[-1].custom_answers == {}


def test_a_comment_goes_with_the_answer_and_leaves_with_it(visit, asked):
    """It is asked for when there is something to comment on."""
    at = asked(POLITE)
    assert not at.text_input
    answer(at, CHIPS, True)
    answer(at, "text_input", "Very.", "beside_")
    assert visit.feedback.verdicts[-1].custom_comments == {POLITE.name: "Very."}

    answer(at, CHIPS, None)

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.custom_answers, verdict.custom_comments) == ({}, {})


def test_what_would_have_been_right_is_an_expectation(visit, asked):
    """It says nothing of the answer, so it is kept apart."""
    at = asked(FACTS)

    answer(at, "text_area", "Section 4.3")

    verdict = visit.feedback.verdicts[-1]
    assert (verdict.custom_answers, verdict.expectations) == ({}, {"Facts": "Section 4.3"})


def test_questions_open_with_any_thumb(visit, asked):
    """The admins want to know of right answers, too."""
    at = asked(PART)
    fold(at, is_open=False)
    assert not [each for each in at.button_group if each.key.startswith("asked_")]

    answer(at, CHIPS, Thumb.POSITIVE, "thumb_")

    assert field(at, CHIPS)
    assert "Questions, comment" in " ".join(each.label for each in at.expander)


def test_words_of_a_question_are_text(asked, shown):
    """Whoever may write a schema can put no link or markup into the page."""
    at = asked(POLITE)

    written = "\n".join(each.value for each in [*at.markdown, *at.caption])
    assert r"Is it \*polite\*?" in written
    assert "[guest](http" not in written
    assert "As to a [guest]" in shown(at)


def test_an_option_that_is_not_offered_any_more_can_be_taken_back(visit, asked):
    """What somebody chose does not vanish because the list has changed."""
    at = asked(PART)
    answer(at, CHIPS, "Pay")
    visit.label_schemas.asked = (Question("Which part?", AnswerKind.ONE_OF, options=("Leave",)),)
    at.run()
    assert field(at, CHIPS).value == "Pay"

    answer(at, CHIPS, None)

    assert visit.feedback.verdicts[-1].custom_answers == {}


def test_a_number_given_under_other_bounds_is_shown(visit, asked):
    """The page does not break over what was right when it was said."""
    at = asked(MINUTES)
    answer(at, "number_input", 50.0)
    visit.label_schemas.asked = (Question(MINUTES.name, AnswerKind.NUMBER, minimum=0, maximum=10),)
    at.run()

    assert not at.exception
    assert field(at, "number_input").value == 50


def test_without_the_questions_everything_else_works(visit, asked, shown):
    """A quiet line says that something is missing; judging goes on."""
    at = asked(PART)
    visit.label_schemas.asked = Unreachable()

    answer(at, CHIPS, Thumb.NEGATIVE, "thumb_")

    assert "cannot be shown at the moment" in shown(at)
    assert not [each for each in at.button_group if each.key.startswith("asked_")]
    assert "Your verdict is saved" in shown(at)
