"""The page of access: what reviewers of a chain are told and asked."""

import pytest

from backend.access.review_setup import KnownQuestion
from backend.errors import AlreadyExists, NotOffered, Refused
from backend.feedback.label_schemas import AnswerKind, Question
from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.serving.reviewer_guide import ReviewerGuide
from components.access.reasons import worded_reasons
from tests.pages.accessed import ENDPOINT, FakeReviewSetup

POLITE = Question("Is it *polite*?", AnswerKind.YES_OR_NO, options=("Polite", "Rude"))
FACTS = Question("Facts", AnswerKind.TEXT, is_expectation=True)
OWN = Question("Feedback", AnswerKind.TEXT)
KNOWN = (
    KnownQuestion("s-1", POLITE),
    KnownQuestion("s-2", FACTS, is_usual=False),
    KnownQuestion("s-3", OWN, is_usual=False, is_mlflows_own=True),
)


@pytest.fixture
def setup(visit) -> FakeReviewSetup:
    """An admin, and one chain."""
    visit.identity.roles = {Role.ADMIN}
    served = (ServedVersion("chain_2", "main.hr.handbook_chain", "2", 100),)
    visit.endpoints.content = [Endpoint(ENDPOINT, "", "", Readiness.READY, served)]
    return visit.review_setup


@pytest.fixture
def opened(visit, setup):
    """Return a function that opens one of the views."""

    def open_view(view):
        at = visit.open("access.py")
        return at.segmented_control(key="access_view").set_value(view).run()

    return open_view


def press(at, label):
    return next(each for each in at.button if each.label == label).click()


def test_the_guide_is_shown_as_reviewers_will_see_it(opened, setup, shown):
    """Drawn by what draws it above a conversation, while it is being typed."""
    at = opened("guide")
    at.text_input[0].set_value("Leave & illness")
    at.text_area[0].set_value("Look at the **sources**. ![i](http://evil.example/i.png)")
    at.text_area[1].set_value("How many days?\n\nHow many days?\nWho decides?").run()

    text = shown(at)
    assert "### Leave & illness" in text
    assert "Look at the **sources**." in text
    assert "![" not in text
    suggested = [each for each in at.button if str(each.key).startswith("suggested_preview_")]
    assert [each.label for each in suggested] == ["How many days?", "Who decides?"]
    assert setup.kept == ReviewerGuide()


def test_the_guide_is_saved_and_keeps_the_rest(opened, setup, shown):
    """What another view sets is not lost."""
    setup.kept = ReviewerGuide(reasons_up={"exact": "Exact"}, questions=("Facts",))
    at = opened("guide")
    at.text_area[0].set_value(" Look at the sources. ").run()

    press(at, "Save").run()

    assert setup.kept == ReviewerGuide(
        instructions="Look at the sources.", reasons_up={"exact": "Exact"}, questions=("Facts",)
    )
    assert "Saved." in shown(at)


def test_without_a_change_there_is_nothing_to_save(opened, setup):
    """A click would only cost a request."""
    assert next(each for each in opened("guide").button if each.label == "Save").disabled


def test_a_guide_that_is_refused_stays_on_the_page(opened, setup, shown):
    """With the reason."""
    setup.error = Refused("The instructions may have 4,000 characters.")
    at = opened("guide")
    at.text_area[0].set_value("Long").run()

    assert "may have 4,000 characters" in shown(press(at, "Save").run())
    assert at.text_area[0].value == "Long"


def test_a_click_on_a_suggested_question_of_the_preview_asks_nothing(opened, setup, visit):
    """It only shows what it looks like."""
    setup.kept = ReviewerGuide(suggested_questions=("How many days?",))

    press(opened("guide"), "How many days?").run()

    assert visit.chat.asked == []


def test_a_reason_worded_anew_keeps_its_key(opened, setup):
    """What was said with it before still counts as the same."""
    setup.kept = ReviewerGuide(reasons_down={"old": "Outdated", "rude": "Rude"})
    at = opened("questions")
    fields = {each.key: each for each in at.text_input}
    fields[f"reason_negative_{ENDPOINT}_old"].set_value("Out of date")
    fields[f"reason_negative_{ENDPOINT}_rude"].set_value("  ")
    next(each for key, each in fields.items() if key.startswith("new_reason_negative")).set_value(
        "Too long"
    )

    press(at, "Save reasons").run()

    assert setup.kept.reasons_down == {"old": "Out of date", "too_long": "Too long"}
    assert setup.kept.reasons_up == {}


def test_the_usual_reasons_are_where_one_begins(opened, setup):
    """Nobody has to think of all of them anew; leaving them as they are keeps them usual."""
    at = opened("questions")
    assert "Good sources" in [each.value for each in at.text_input]

    press(at, "Save reasons").run()

    assert setup.kept == ReviewerGuide()


def test_a_new_reason_never_gets_the_key_of_another_one():
    """Two reasons under one key would be one reason on record."""
    assert worded_reasons({"old": "Stale"}, ["Old", "Old!", "Stale", ""]) == {
        "old": "Stale",
        "old_2": "Old",
        "old_3": "Old!",
    }


def test_all_questions_are_listed_and_the_usual_ones_previewed(opened, setup, shown):
    """What is asked is drawn as under an answer; MLflow's own cannot be deleted."""
    setup.known = KNOWN
    at = opened("questions")

    text = shown(at)
    assert text.count("**Is it *polite*?**") == 1
    assert "Is it *polite*? (one of two)" in text
    assert "Facts (a text, what would have been right)" in text
    assert [each.label for each in at.button].count("Delete") == 2
    assert "MLflow's own" in text


def test_questions_are_chosen_in_an_order(opened, setup):
    """The order of the choice is the order they are asked in."""
    setup.known = KNOWN
    at = opened("questions")
    at.toggle[0].set_value(False).run()
    at.multiselect[0].set_value(["Facts", "Is it *polite*?"]).run()

    press(at, "Save").run()

    assert setup.kept.questions == ("Facts", "Is it *polite*?")
    assert at.multiselect[0].value == ["Facts", "Is it *polite*?"]


def test_asking_all_again_is_one_switch(opened, setup):
    """An empty choice asks nothing, which is something else."""
    setup.known = KNOWN
    setup.kept = ReviewerGuide(questions=())
    at = opened("questions")

    press(at.toggle[0].set_value(True).run(), "Save").run()

    assert setup.kept.questions is None


def test_answering_in_the_preview_is_told_to_nobody(opened, setup, visit):
    """It is no verdict."""
    setup.known = KNOWN
    at = opened("questions")
    asked = next(each for each in at.segmented_control if "polite" in each.label)

    asked.set_value(True).run()

    assert visit.feedback.verdicts == []
    assert not at.exception


def test_a_new_question_is_made_of_its_fields(opened, setup, shown):
    """With a preview before it is made; afterwards the fields are empty again."""
    at = opened("questions")
    at.text_input(key="new_question_name_0").set_value("What is missing?")
    at.selectbox(key="new_question_kind_0").set_value(AnswerKind.SOME_OF).run()
    at.text_area(key="new_question_options_0").set_value("A figure\nA source\nA figure\n").run()
    assert "**What is missing?**" in shown(at)
    at.checkbox(key="new_question_comment_0").set_value(True).run()

    press(at, "Make this question").run()

    assert setup.added == [
        Question(
            "What is missing?",
            AnswerKind.SOME_OF,
            takes_comment=True,
            options=("A figure", "A source"),
        )
    ]
    assert at.text_input(key="new_question_name_1").value == ""


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (AnswerKind.YES_OR_NO, {}, {"options": ("Yes", "No")}),
        (AnswerKind.NUMBER, {"new_question_most_0": 5.0}, {"maximum": 5.0}),
        (AnswerKind.TEXT, {"new_question_length_0": 200}, {"max_length": 200}),
    ],
)
def test_every_kind_of_question_has_its_own_fields(opened, setup, kind, fields, expected):
    """Bounds for a number, a length for a text, two words for one of two."""
    at = opened("questions")
    at.text_input(key="new_question_name_0").set_value("How much?")
    at.selectbox(key="new_question_kind_0").set_value(kind).run()
    for key, value in fields.items():
        at.number_input(key=key).set_value(value)

    press(at, "Make this question").run()

    assert setup.added == [Question("How much?", kind, **expected)]


def test_a_question_that_cannot_be_made_says_why(opened, setup, shown):
    """And what was typed stays."""
    setup.error = AlreadyExists("There is a question called 'Facts' already.")
    at = opened("questions")
    at.text_input(key="new_question_name_0").set_value("Facts").run()

    assert "called 'Facts' already" in shown(press(at, "Make this question").run())
    assert at.text_input(key="new_question_name_0").value == "Facts"


def test_deleting_a_question_is_asked_first(opened, setup, shown):
    """It concerns every chain of the experiment, and no answer is lost."""
    setup.known = KNOWN

    text = shown(press(opened("questions"), "Delete").run())

    assert "What was answered so far stays on record." in text


def test_reasons_can_be_set_where_questions_cannot(opened, setup, shown):
    """On Databricks the questions are kept elsewhere."""
    setup.known = NotOffered("On Databricks they are kept in its Review App.")
    at = opened("questions")

    assert "kept in its Review App" in shown(at)
    assert "Save reasons" in [each.label for each in at.button]
