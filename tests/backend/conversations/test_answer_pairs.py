"""Two answers to one question on record: one turn of the conversation, and the other beside it."""

import uuid
from datetime import UTC, datetime

import pytest

from backend.connection import open_workspace
from backend.conversations.answer_pairs import paired
from backend.conversations.conversations import Conversations
from backend.errors import NotFound
from backend.turns.answers import Answer, Pair
from backend.turns.recorded_turns import Asked, RecordedTurn, recorded_turn
from tests.backend.judged import ANN, ENDPOINT
from tests.backend.talked import LIST, body_of, completion, record

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
ASKED = Asked("c", "chain", "ann", datetime(2026, 11, 21, tzinfo=UTC), "Why?")
MARKS = {"reviewapp__pair": "p-1"}
BESIDE = MARKS | {"reviewapp__role": "challenger"}


def turn(text, pair=None, is_challenger=False, **more):
    answer = Answer(text, f"r-{text}", **more)
    return RecordedTurn(ASKED, answer, pair_id=pair, is_challenger=is_challenger)


def test_other_answer_stands_beside_and_is_no_turn():
    """Whichever of the two was recorded first."""
    turns = [turn("Five.", "p-1"), turn("Six.", "p-1", is_challenger=True), turn("Yes.")]

    for found in (paired(turns), paired([turns[1], turns[0], turns[2]])):
        assert [each.answer.text for each in found] == ["Five.", "Yes."]
        assert found[0].answer.pair == Pair("p-1", Answer("Six.", "r-Six."))
        assert found[1].answer.pair is None


@pytest.mark.parametrize(
    "condition", [{"is_interrupted": True}, {"problem": "It broke."}, {"text": " "}]
)
def test_there_is_nothing_to_compare_unless_both_came_whole(condition):
    """A version that failed has not lost: the answer for the record stands as usual."""
    text = condition.pop("text", "Six.")
    broken = turn(text, "p-1", is_challenger=True, **condition)
    unfinished = turn(text, "p-1", **condition)

    assert paired([turn("Five.", "p-1"), broken])[0].answer.pair is None
    other = turn("Five.", "p-1", is_challenger=True)
    assert paired([unfinished, other])[0].answer.pair is None


def test_other_answer_alone_is_no_conversation():
    """It was never what the person was told."""
    assert paired([turn("Six.", "p-1", is_challenger=True)]) == []


def test_which_other_is_first_is_chance_and_always_the_same():
    """Drawn from the id: nothing on the page or in the record has to say it."""
    pairs = [Pair(uuid.uuid4().hex, Answer("", None)) for _ in range(200)]

    first = [each.other_is_first for each in pairs]

    assert first == [each.other_is_first for each in pairs]
    assert 50 < sum(first) < 150


def test_marks_are_read_from_the_trace_or_the_request():
    """By them two requests of one session are known to be a pair."""
    marks = {"reviewapp.pair": "p-1", "reviewapp.role": "challenger"}

    traced = recorded_turn(ASKED, "r-1", None, None, {"info": {"trace_metadata": marks}})
    logged = recorded_turn(ASKED, "r-1", {"usage_context": marks}, None, None)

    assert (traced.pair_id, traced.is_challenger) == ("p-1", True)
    assert (logged.pair_id, logged.is_challenger) == ("p-1", True)


@pytest.fixture
def conversations(workspace, experiment):
    tags = [{"key": "MONITOR_EXPERIMENT_ID", "value": experiment}]
    workspace.answers[LIST] = (200, {"endpoints": [{"name": ENDPOINT, "tags": tags}]})
    client = open_workspace(workspace.address, "token")
    return Conversations(client, lambda: client)


@pytest.fixture
def compared(experiment):
    """Record a question that two versions answered, the one beside first; return its session."""
    session = f"c-{uuid.uuid4()}"
    body = body_of("How many days?")
    for text, marks in (("Six.", BESIDE), ("Five.", MARKS)):
        request_id = f"{session}-{text}"
        record(experiment, request_id, ANN.user_name, session, body, completion(text), **marks)
    return session


def test_a_compared_question_comes_back_as_it_stood(conversations, compared):
    """One turn with both answers, each with the id under which it is judged."""
    (found,) = conversations.open(ANN, compared).conversation.tree

    assert (found.answer.text, found.answer.request_id) == ("Five.", f"{compared}-Five.")
    assert found.answer.pair.id == "p-1"
    assert found.answer.pair.other.text == "Six."
    assert found.answer.pair.other.request_id == f"{compared}-Six."


def test_a_compared_question_counts_once_and_can_be_named(conversations, compared):
    """The name and the removal are kept where the list looks for them."""
    conversations.rename(ANN, compared, "Days of leave")

    (listed,) = [each for each in conversations.mine(ANN).summaries if each.id == compared]
    assert (listed.title, listed.turn_count) == ("Days of leave", 1)

    conversations.hide(ANN, compared)
    with pytest.raises(NotFound):
        conversations.open(ANN, compared)
