"""The app's own conversations against a running workspace: asked, found again, named, removed."""

import time
import uuid
from dataclasses import replace

import mlflow
import pytest

from backend.chat.chat import Chat
from backend.connection import MLFLOW_PATIENCE, open_workspace
from backend.conversations.conversations import Conversations
from backend.errors import NotFound
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Identity
from backend.turns.answers import Conversation, Turn
from backend.turns.chat_requests import BEGINNING
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register

MODEL = "main.contract.lasting"
ENDPOINT = "agents_main-contract-lasting"


@pytest.fixture(scope="module")
def deployed(client):
    """Deploy a chain as its users do; reviewers may ask it, analysts look at it."""
    register(MODEL, "chat_model", input_example=question("hello"))
    deploy(client, MODEL)
    allow(client, ENDPOINT, reviewers="CAN_QUERY", analysts="CAN_VIEW")


class Person:
    """What the app does for one person, with that person's token and its own."""

    def __init__(self, workspace, app_workspace):
        self.viewer = Identity(workspace).viewer()
        self.chat = Chat(workspace)
        self.conversations = Conversations(workspace, lambda: app_workspace)
        self.feedback = Feedback(workspace, lambda: app_workspace)

    def ask(self, conversation, text, **options):
        """Ask, and return the conversation with the answer."""
        *_, answer = self.chat.ask(ENDPOINT, conversation, text, **options)
        turns = (*conversation.turns, Turn(text, answer))
        return Conversation(conversation.id, ENDPOINT, turns)


@pytest.fixture(scope="module")
def person(deployed, as_person, host, token):
    """Return what the app does for a person of this group."""

    def sign_in(group):
        workspace = open_workspace(host, as_person(group).config.token)
        return Person(workspace, open_workspace(host, token))

    return sign_in


@pytest.fixture(scope="module")
def ann(person):
    return person("reviewers")


@pytest.fixture
def talk(ann):
    """Two turns, the second knowing the first."""
    empty = Conversation(f"lasting-{uuid.uuid4()}", ENDPOINT)
    return ann.ask(ann.ask(empty, "first question"), "second question")


@pytest.fixture
def without_mlflow(workspace, monkeypatch):
    """Let MLflow be somewhere nobody answers, and its client be as impatient as the app's."""
    before = mlflow.get_tracking_uri()
    for name, value in MLFLOW_PATIENCE.items():
        monkeypatch.setenv(name, value)
    mlflow.set_tracking_uri("http://127.0.0.1:9")
    yield
    mlflow.set_tracking_uri(before)


def test_conversation_is_listed_and_opens_as_it_stood(ann, talk):
    """Right after the answer: questions, answers, ids, who answered, and the verdict on it."""
    asked = talk.turns[1].answer
    verdict = Verdict(asked.request_id, ann.viewer.user_name, Thumb.NEGATIVE)
    ann.feedback.submit(ann.viewer, ENDPOINT, verdict)

    (summary,) = [
        each for each in ann.conversations.mine(ann.viewer).summaries if each.id == talk.id
    ]
    opened = ann.conversations.open(ann.viewer, talk.id, ENDPOINT)

    assert (summary.title, summary.turn_count, summary.endpoint) == ("first question", 2, ENDPOINT)
    assert opened.missing is None
    assert opened.owner == ann.viewer.user_name
    assert [_essence(turn) for turn in opened.conversation.turns] == [
        _essence(turn) for turn in talk.turns
    ]
    ids = [turn.answer.request_id for turn in opened.conversation.turns]
    read = ann.feedback.read(ann.viewer, ENDPOINT, ids)
    (kept,) = read.by_request[asked.request_id]
    assert kept.thumb is Thumb.NEGATIVE


def _essence(turn):
    answer = turn.answer
    text = (turn.question, answer.text.strip())
    return (*text, answer.request_id, answer.trace_id, answer.served_name)


def test_question_asked_again_takes_the_place_of_its_answer(ann, talk):
    """The request says what it follows, so the branch that stood on the page comes back."""
    first = Conversation(talk.id, ENDPOINT, talk.turns[:1])
    again = ann.ask(first, "second question")

    opened = ann.conversations.open(ann.viewer, talk.id)

    assert len(opened.conversation.turns) == 2
    kept = opened.conversation.turns[1]
    assert kept.answer.request_id == again.turns[1].answer.request_id
    former = opened.conversation.tree[1]
    assert former.answer.request_id == talk.turns[1].answer.request_id
    assert former.follows == kept.follows == 0


def test_question_worded_anew_is_a_branch_in_both_stores(ann, talk, request):
    """Also the first one, which follows nothing; what was said after the old one stays with it."""
    nothing = Conversation(talk.id, ENDPOINT)
    anew = ann.ask(nothing, "first, in other words", parent=BEGINNING)
    ann.ask(anew, "and then")

    stored = ann.conversations.open(ann.viewer, talk.id, ENDPOINT)
    request.getfixturevalue("without_mlflow")
    logged = ann.conversations.open(ann.viewer, talk.id, ENDPOINT)

    for opened in (stored, logged):
        page = [turn.question for turn in opened.conversation.turns]
        assert page == ["first, in other words", "and then"]
        assert [turn.follows for turn in opened.conversation.tree] == [None, 0, None, 2]
    assert stored.missing is None
    assert logged.missing is not None


def test_answer_nobody_waited_for_comes_back_as_interrupted(ann):
    """With what had come, also if that was nothing; on record a moment after the caller left."""
    conversation = Conversation(f"lasting-{uuid.uuid4()}", ENDPOINT)
    stream = ann.chat.ask(ENDPOINT, conversation, "count 500")
    next(stream)
    stream.close()

    (turn,) = _soon(lambda: ann.conversations.open(ann.viewer, conversation.id, ENDPOINT))

    assert turn.question == "count 500"
    assert turn.answer.is_interrupted
    assert turn.answer.request_id == stream.so_far.request_id
    assert turn.answer.text.startswith(stream.so_far.text)


def _soon(read):
    deadline = time.monotonic() + 10
    while True:
        try:
            return read().conversation.turns
        except NotFound:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.parametrize("group", ["analysts", "admins"])
def test_whoever_may_see_all_opens_it_by_its_link(person, talk, group):
    """But has it in no list and cannot change it."""
    someone = person(group)

    opened = someone.conversations.open(someone.viewer, talk.id, ENDPOINT)

    assert [turn.question for turn in opened.conversation.turns] == [
        "first question",
        "second question",
    ]
    assert talk.id not in [each.id for each in someone.conversations.mine(someone.viewer).summaries]
    with pytest.raises(NotFound):
        someone.conversations.rename(someone.viewer, talk.id, "Mine")


def test_another_reviewer_finds_nothing(ann, talk):
    """Not by the id either, nor is it told that there is something."""
    stranger = replace(ann.viewer, user_name="stranger@example.com")

    assert ann.conversations.mine(stranger).summaries == ()
    with pytest.raises(NotFound) as theirs:
        ann.conversations.open(stranger, talk.id, ENDPOINT)
    with pytest.raises(NotFound) as nobodys:
        ann.conversations.open(stranger, "nobody-s", ENDPOINT)
    assert theirs.value.sentence == nobodys.value.sentence
    for change in (ann.conversations.hide, ann.conversations.show_again):
        with pytest.raises(NotFound):
            change(stranger, talk.id)


def test_name_and_removal_last(ann, person, talk):
    """Whoever removed it does not see it any more; it is not gone for those who look after it."""
    ann.conversations.rename(ann.viewer, talk.id, "About firsts")
    assert "About firsts" in [each.title for each in ann.conversations.mine(ann.viewer).summaries]

    ann.conversations.hide(ann.viewer, talk.id)

    assert talk.id not in [each.id for each in ann.conversations.mine(ann.viewer).summaries]
    with pytest.raises(NotFound):
        ann.conversations.open(ann.viewer, talk.id)
    analyst = person("analysts")
    assert analyst.conversations.open(analyst.viewer, talk.id).title == "About firsts"
    ann.conversations.show_again(ann.viewer, talk.id)
    assert ann.conversations.open(ann.viewer, talk.id).title == "About firsts"


def test_without_mlflow_the_request_log_answers(ann, person, talk, without_mlflow):
    """The same turns and the same rights; the answer says that MLflow is missing."""
    stranger = replace(ann.viewer, user_name="stranger@example.com")
    begun = time.monotonic()

    mine = ann.conversations.mine(ann.viewer)
    opened = ann.conversations.open(ann.viewer, talk.id, ENDPOINT)

    assert time.monotonic() - begun < 30
    assert mine.missing is not None
    (summary,) = [each for each in mine.summaries if each.id == talk.id]
    assert (summary.title, summary.turn_count) == ("first question", 2)
    assert [_essence(turn) for turn in opened.conversation.turns] == [
        _essence(turn) for turn in talk.turns
    ]
    analyst = person("analysts")
    assert analyst.conversations.open(analyst.viewer, talk.id).owner == ann.viewer.user_name
    with pytest.raises(NotFound):
        ann.conversations.open(stranger, talk.id)
    assert ann.conversations.mine(stranger).summaries == ()


def test_hostile_ids_find_nothing_in_either_store(ann, talk, without_mlflow):
    """They are values of a statement, never a part of it."""
    for hostile in ("' OR '1'='1", "x') OR 1=1 --", f"{talk.id}' --", "%", ""):
        with pytest.raises(NotFound):
            ann.conversations.open(ann.viewer, hostile, ENDPOINT)
