"""A person's conversations, found in a real MLflow store and shown to nobody else."""

import uuid

import pytest

from backend.connection import open_workspace
from backend.conversations.conversations import Conversations
from backend.errors import NotFound, Refused
from backend.identity import Role, Viewer
from tests.backend.judged import ADMIN, ANALYST, ANN, ENDPOINT
from tests.backend.talked import LIST, body_of, completion, record

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
BOB = Viewer("bob@example.com", "Bob", frozenset({Role.REVIEWER}))


@pytest.fixture
def visible(workspace, experiment):
    """Say which endpoints the visitor can see; by default the one."""

    def see(*names):
        tags = [{"key": "MONITOR_EXPERIMENT_ID", "value": experiment}]
        listed = [{"name": name, "tags": tags} for name in names]
        workspace.answers[LIST] = (200, {"endpoints": listed})

    see(ENDPOINT)
    return see


@pytest.fixture
def conversations(workspace, visible):
    client = open_workspace(workspace.address, "token")
    return Conversations(client, lambda: client)


@pytest.fixture
def talk(experiment):
    """Record turns of a new conversation: (question, answer) each; returns its id."""

    def say(*turns, user=ANN.user_name, session=None, **metadata):
        session = session or f"c-{uuid.uuid4()}"
        for number, (question, answer) in enumerate(turns):
            request = body_of(question, turns[:number])
            request_id = f"{session}-{number}"
            record(experiment, request_id, user, session, request, completion(answer), **metadata)
        return session

    return say


def titles(conversations, viewer, search=""):
    return {each.title for each in conversations.mine(viewer, search).summaries}


def test_list_has_one_s_own_conversations_the_last_first(conversations, talk):
    """Each with its first question for a name, and how much was asked when."""
    older = talk(("How many days?", "Five."), ("Sure?", "Yes."))
    newer = talk(("And   on Sundays?", "No."))
    talk(("Somebody else's question", "Yes."), user=BOB.user_name)

    found = conversations.mine(ANN)

    first, second = found.summaries[:2]
    assert (first.id, first.title, first.turn_count) == (newer, "And on Sundays?", 1)
    assert (second.id, second.title, second.turn_count) == (older, "How many days?", 2)
    assert first.endpoint == ENDPOINT
    assert first.last_at > second.last_at
    assert found.missing is None
    assert "Somebody else's question" not in titles(conversations, ANN)


def test_analyst_s_list_is_their_own_too(conversations, talk):
    """What one may open is not what one has talked about."""
    talk(("Only Ann asks this", "Yes."))

    assert "Only Ann asks this" not in titles(conversations, ANALYST)


def test_search_looks_into_names_and_questions(conversations, talk):
    """All words must be there, in any order and any case."""
    talk(("Where is the Zeppelin?", "There."), ("And the hangar?", "Here."))

    assert "Where is the Zeppelin?" in titles(conversations, ANN, "hangar ZEPPELIN")
    assert titles(conversations, ANN, "zeppelin submarine") == set()


def test_open_brings_everything_a_page_needs(conversations, talk):
    """Question, answer, ids, who answered, and sources by which a verdict is filed."""
    session = talk(("How many days?", "Five."), ("Sure?", "Yes."))

    opened = conversations.open(ANN, session)

    assert (opened.owner, opened.title) == (ANN.user_name, "How many days?")
    assert (opened.conversation.id, opened.conversation.endpoint) == (session, ENDPOINT)
    first, second = opened.conversation.turns
    assert (first.question, first.answer.text) == ("How many days?", "Five.")
    assert (second.question, second.answer.text) == ("Sure?", "Yes.")
    assert first.answer.request_id == f"{session}-0"
    assert first.answer.trace_id.startswith("tr-")
    assert first.answer.served_name == "chain_1"
    (source,) = first.answer.sources
    assert (source.text, source.uri, source.position) == ("Five days.", "handbook.md", 0)
    assert len(source.step_id) == 16


def test_question_asked_again_keeps_its_former_answer(conversations, talk, experiment):
    """The last branch is what stands on the page."""
    session = talk(("How many days?", "Five."))
    again = body_of("How many days?")
    record(experiment, "again", ANN.user_name, session, again, completion("Six."))

    conversation = conversations.open(ANN, session).conversation

    assert [turn.answer.text for turn in conversation.turns] == ["Six."]
    assert [turn.answer.text for turn in conversation.tree] == ["Five.", "Six."]
    assert [turn.follows for turn in conversation.tree] == [None, None]


@pytest.mark.parametrize("viewer", [ANALYST, ADMIN])
def test_whoever_may_see_all_opens_somebody_else_s(conversations, talk, viewer):
    """A link from a reviewer is how an analyst gets to know what went wrong."""
    session = talk(("How many days?", "Five."))

    assert conversations.open(viewer, session).owner == ANN.user_name


def test_somebody_else_s_conversation_is_as_if_there_were_none(conversations, talk):
    """Neither its content nor that it exists is told."""
    session = talk(("How many days?", "Five."))

    with pytest.raises(NotFound) as theirs:
        conversations.open(BOB, session)
    with pytest.raises(NotFound) as nobodys:
        conversations.open(BOB, "c-nobody")

    assert theirs.value.sentence == nobodys.value.sentence
    for change in (conversations.hide, conversations.show_again):
        with pytest.raises(NotFound):
            change(BOB, session)
    with pytest.raises(NotFound):
        conversations.rename(ANALYST, session, "Mine now")
    assert conversations.open(ANN, session).title == "How many days?"


@pytest.mark.parametrize(
    "hostile",
    [
        "x' OR '1'='1",
        "' OR metadata.`mlflow.trace.user` != '",
        "both ' and \"",
        "back\\slash'",
        "line\nbreak",
        "%",
        "",
        "x" * 5000,
    ],
)
def test_hostile_id_finds_nothing(conversations, hostile):
    """It is text in a filter and stays text; it neither widens a search nor breaks it."""
    for viewer in (BOB, ANALYST):
        with pytest.raises(NotFound):
            conversations.open(viewer, hostile)
    with pytest.raises(NotFound):
        conversations.hide(ANN, hostile)


def test_person_with_an_apostrophe_finds_their_own(conversations, talk):
    """Names are not made for filters."""
    miles = Viewer("miles.o'brien@example.com", "Miles", frozenset({Role.REVIEWER}))
    session = talk(("Is it fixed?", "Yes."), user=miles.user_name)

    assert titles(conversations, miles) == {"Is it fixed?"}
    assert conversations.open(miles, session).owner == miles.user_name


def test_turn_somebody_else_put_into_the_conversation_is_not_in_it(conversations, talk):
    """Anybody can send another's session along; neither owner nor analyst takes it for theirs."""
    session = talk(("How many days?", "Five."))
    talk(("Smuggled", "In."), user=BOB.user_name, session=session)

    for viewer in (ANN, ANALYST):
        turns = conversations.open(viewer, session).conversation.turns
        assert [turn.question for turn in turns] == ["How many days?"]


def test_name_and_removal_are_marks_on_the_first_trace(conversations, talk):
    """They hold everywhere, also for what is asked later; removing can be undone."""
    session = talk(("How many days?", "Five."))
    conversations.rename(ANN, session, "  Leave,\n again ")
    assert "Leave, again" in titles(conversations, ANN)

    conversations.hide(ANN, session)
    talk(("Sure?", "Yes."), session=session)

    assert "Leave, again" not in titles(conversations, ANN)
    with pytest.raises(NotFound):
        conversations.open(ANN, session)
    assert conversations.open(ANALYST, session).title == "Leave, again"
    conversations.show_again(ANN, session)
    assert "Leave, again" in titles(conversations, ANN)


@pytest.mark.parametrize("title", ["", " \n ", "x" * 121])
def test_name_that_is_none_is_refused(conversations, title):
    """A list of nameless conversations helps nobody."""
    with pytest.raises(Refused):
        conversations.rename(ANN, "c-1", title)


def test_mark_counts_when_its_trace_is_older_than_what_is_looked_at(
    conversations, talk, monkeypatch
):
    """Nothing that was removed comes back because much was asked since."""
    monkeypatch.setattr("backend.conversations.conversations.LOOKED_AT", 2)
    eve = Viewer("eve@example.com", "Eve", frozenset({Role.REVIEWER}))
    session = talk(("One?", "1"), ("Two?", "2"), ("Three?", "3"), user=eve.user_name)
    conversations.rename(eve, session, "Counting")
    assert titles(conversations, eve) == {"Counting"}

    conversations.hide(eve, session)

    assert titles(conversations, eve) == set()


def test_endpoint_one_cannot_see_has_no_conversations(conversations, talk, visible):
    """Whoever lost the right to a chain has lost what was said there, too."""
    session = talk(("How many days?", "Five."))
    visible("another")

    assert conversations.mine(ANN).summaries == ()
    with pytest.raises(NotFound):
        conversations.open(ANALYST, session)


def test_without_any_endpoint_the_list_is_empty(conversations, visible):
    """Nothing to talk to is no error."""
    visible()

    assert conversations.mine(ANN).summaries == ()
    assert conversations.mine(ANN).missing is None
