"""One's own verdicts and what became of them: every state of the page, and asking again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.conversations.conversations import RecordedConversation
from backend.errors import NotAllowed, NotFound, TookTooLong, Unreachable
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Role
from backend.reviews.my_reviews import MyReviews
from backend.reviews.outcomes import Outcome, State
from backend.serving.endpoints import Endpoint, Readiness
from backend.turns.answers import Answer, Conversation, Turn
from tests.pages.reviewed import (
    ALL,
    FIXED,
    RIGHT,
    TO_RECHECK,
    WAITING,
    review,
)
from tests.pages.talked import ALICE, NAME, SERVED, button, labels, prepare

PAGE = "my_reviews.py"


@pytest.fixture
def judged(visit):
    """A chain that answers, and a verdict of every kind."""
    prepare(visit).my_reviews.content = ALL
    return visit


def opened(visit):
    at = visit.open(PAGE)
    assert not at.exception
    return at


def questions(at):
    """Return the questions on the page, without marks."""
    bold = [each.value.strip("*").replace("\\", "") for each in at.markdown]
    return [each for each in bold if each.endswith("?")]


def choose(at, kind):
    at.button_group(key="reviews_kind").set_value(kind).run()
    return at


def test_the_first_sentence_says_how_it_stands(judged, shown):
    """In words with counts, the best news first."""
    assert (
        "You flagged 4 answers as wrong: 1 fixed in version 3, 1 to re-check, 1 still wrong, "
        "1 waiting for a newer version." in shown(opened(judged))
    )


def test_fixes_are_counted_by_version(judged, shown):
    """Each version gets the credit for what it fixed."""
    others = [review(f"q{n}", outcome=Outcome(State.FIXED, 4)) for n in range(2)]
    judged.my_reviews.content = MyReviews((FIXED, *others))

    assert "3 answers as wrong: 2 fixed in version 4, 1 fixed in version 3." in shown(
        opened(judged)
    )


def test_without_a_wrong_answer_nothing_was_flagged(judged, shown):
    """That is said, too."""
    judged.my_reviews.content = MyReviews((RIGHT,))

    at = opened(judged)

    assert "You judged 1 answer and flagged none as wrong." in shown(at)
    assert "To re-check" not in at.button_group(key="reviews_kind").options


def test_each_verdict_says_what_was_asked_answered_and_judged(judged, shown):
    """With the version that answered, the reasons in words, and what one would have answered."""
    judged.my_reviews.content = MyReviews((TO_RECHECK,))

    text = shown(opened(judged))

    for said in (
        "Illness?",
        "The answer to Illness.",
        "Handbook chain · Version 2 · 12 Mar 2026, ",
        "Wrong** · Not what I asked",
        "Six weeks.",
        "You are paid for six weeks.",
    ):
        assert said in text


def test_what_others_wrote_is_only_text(judged):
    """A question can be anybody's, an answer anything."""
    hostile = "![x](http://evil.example/a.png) :red[careful]"
    request = replace(FIXED.request, question=hostile, answer=hostile, before=(hostile,))
    judged.my_reviews.content = MyReviews((replace(FIXED, request=request),))

    at = opened(judged)

    assert [each.value for each in at.text if "evil" in each.value] == [hostile]
    for each in [*at.markdown, *at.caption]:
        assert "![x]" not in each.value
        assert ":red[c" not in each.value


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("All", ["Leave?", "Illness?", "Travel?", "Pension?", "Canteen?", "Parking?"]),
        ("To re-check", ["Illness?"]),
        ("Wrong", ["Leave?", "Illness?", "Travel?", "Pension?"]),
        ("Right", ["Canteen?"]),
        ("Don't know", ["Parking?"]),
    ],
)
def test_kinds_of_verdicts_can_be_looked_at_alone(judged, kind, left):
    """The order stays."""
    assert questions(choose(opened(judged), kind)) == left


def test_search_finds_words_of_the_question_and_of_the_verdict(judged):
    """In any order, in letters of any size."""
    at = opened(judged)

    at.text_input(key="reviews_search").set_value("weeks ILLNESS").run()

    assert questions(at) == ["Illness?"]


def test_several_chains_can_be_told_apart(judged, shown):
    """One chain needs no choice."""
    assert "Chain" not in [each.label for each in opened(judged).selectbox]
    judged.endpoints.content = [
        *judged.endpoints.content,
        Endpoint("other", "", "", Readiness.READY, SERVED),
    ]
    judged.my_reviews.content = MyReviews((FIXED, review("Bus", endpoint="other")))

    at = opened(judged)
    at.selectbox(key="reviews_chain").set_value("other").run()

    assert questions(at) == ["Bus?"]


def test_long_lists_come_in_pieces(judged):
    """Twenty at a time; a filter begins again at the top."""
    judged.my_reviews.content = MyReviews(tuple(review(f"q{n}") for n in range(45)))
    at = opened(judged)
    assert len(questions(at)) == 20

    button(at, "Show 20 more of 25").click().run()
    assert len(questions(at)) == 40
    button(at, "Show 5 more").click().run()
    assert len(questions(at)) == 45
    assert len(questions(choose(at, "Wrong"))) == 20


def test_nothing_judged_yet_says_how_to_begin(judged, shown):
    """The way to the chat is there."""
    judged.my_reviews.content = MyReviews()

    at = opened(judged)

    assert "You have not judged any answer yet" in shown(at)
    assert not at.button_group


def test_chain_that_cannot_be_read_is_named_and_the_rest_is_shown(judged, shown):
    """With a way to look again."""
    judged.my_reviews.content = replace(ALL, missing={NAME: TookTooLong()})

    at = opened(judged)

    assert "Handbook chain cannot be read now" in shown(at).replace("**", "")
    assert len(questions(at)) == 6
    judged.my_reviews.content = ALL
    button(at, "Look again").click().run()
    assert "cannot be read" not in shown(at)


def test_nothing_readable_is_not_called_nothing_judged(judged, shown):
    """An outage must not look like an empty list."""
    judged.my_reviews.content = MyReviews(missing={NAME: NotAllowed()})

    text = shown(opened(judged))

    assert "cannot be read now" in text
    assert "not judged any answer" not in text


def test_more_than_is_read_at_once_is_said(judged, shown):
    """Else the counts would be taken for all there is."""
    judged.my_reviews.content = replace(ALL, cut=(NAME,))

    assert "Of Handbook chain only your last verdicts are shown." in shown(opened(judged))


def test_workspace_that_does_not_answer_is_said(judged, shown):
    """And the page works again when it does."""
    judged.my_reviews.content = Unreachable()
    at = opened(judged)
    assert "The workspace cannot be reached." in shown(at)

    judged.my_reviews.content = ALL
    button(at, "Try again").click().run()

    assert len(questions(at)) == 6


def test_without_the_role_of_a_reviewer_nothing_is_read(judged, shown):
    """The page itself asks for the right; an analyst who judges nothing has no such page."""
    judged.identity.roles = set()
    at = opened(judged)
    assert "You have no role here yet" in at.title[0].value
    assert "You flagged" not in shown(at)

    judged.identity.roles = {Role.ANALYST}
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        judged.open(PAGE)


def test_question_that_cannot_be_shown_leaves_the_verdict(judged, shown):
    """Somebody else's question, or one that is no longer on record; it cannot be asked again."""
    unknown = replace(TO_RECHECK, request=None, outcome=Outcome(State.UNKNOWN))
    judged.my_reviews.content = MyReviews((unknown,))

    at = opened(judged)

    assert "The question cannot be shown" in shown(at)
    assert "Six weeks." in shown(at)
    assert "Ask again" not in labels(at)


def test_asking_again_puts_the_question_into_a_new_conversation(judged, shown):
    """Only on the click, once, and what was said before stands beside the new answer."""
    judged.my_reviews.content = MyReviews((FIXED, TO_RECHECK, WAITING))
    at = opened(judged)
    assert labels(at).count("Ask again") == 1
    assert judged.chat.asked == []

    button(at, "Ask again").click().run()

    assert not at.exception
    ((endpoint, before, question),) = judged.chat.asked
    assert (endpoint, question, before.turns) == (NAME, "Illness?", ())
    assert before.id != "c-Illness"
    assert "You are checking again: version 2 was wrong" in shown(at)
    assert "You are paid for six weeks." in shown(at)
    at.run()
    assert len(judged.chat.asked) == 1


def test_a_follow_up_is_asked_after_the_same_turns(judged, shown):
    """Without them it would be another question; what was said of them is still there."""
    follow_up = review("And", outcome=Outcome(State.TO_RECHECK, 3), before=("First?",))
    turns = (Turn("First?", Answer("One.", "req-1")), Turn("And?", Answer("Two.", "req-And")))
    talk = Conversation("c-And", NAME, (*turns, Turn("Later?", Answer("Three.", "req-3"))))
    judged.conversations.recorded = RecordedConversation(talk, ALICE, "First?")
    judged.feedback.verdicts = [Verdict("req-1", ALICE, Thumb.POSITIVE, comment="Good.")]
    judged.my_reviews.content = MyReviews((follow_up,))

    at = opened(judged)
    button(at, "Ask again").click().run()

    ((_, before, question),) = judged.chat.asked
    assert question == "And?"
    assert [(turn.question, turn.answer.text) for turn in before.turns] == [("First?", "One.")]
    thumbs = [each for each in at.button_group if each.key.startswith("thumb_")]
    assert thumbs[0].value is Thumb.POSITIVE


def test_a_follow_up_whose_conversation_is_gone_is_not_asked(judged, shown):
    """Nothing is asked that would be another question; the page says why."""
    follow_up = review("And", outcome=Outcome(State.TO_RECHECK, 3), before=("First?",))
    judged.conversations.recorded = NotFound("This conversation does not exist.")
    judged.my_reviews.content = MyReviews((follow_up,))

    at = opened(judged)
    button(at, "Ask again").click().run()

    assert not at.exception
    assert judged.chat.asked == []
    assert "This conversation does not exist." in shown(at)


def test_the_moment_of_a_verdict_is_told(judged, shown):
    """As the reviewer's clock has it."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    said = replace(RIGHT, verdict=replace(RIGHT.verdict, given_at=yesterday))
    judged.my_reviews.content = MyReviews((said,))

    assert "yesterday" in shown(opened(judged))
