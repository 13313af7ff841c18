"""A question answered by two versions of a running workspace: asked, preferred, found again."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from backend.agents import compare, stop_comparing
from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.conversations import logs as conversation_logs
from backend.conversations.comparisons import Comparisons
from backend.conversations.conversations import Conversations
from backend.errors import NotAllowed, NotFound, Refused
from backend.feedback.assessment_tables import assessment_log
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Choice, Preference, Verdict
from backend.identity import Identity
from backend.serving.endpoints import Endpoints
from backend.tables import sql
from backend.turns.answers import Conversation, Turn
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register, register_again

MODEL = "main.contract.compared"
ENDPOINT = "agents_main-contract-compared"
OLD, NEW = "main-contract-compared_1", "main-contract-compared_2"
DOCUMENT = Path(__file__).parents[2] / "docs" / "feedback.md"


class Person:
    """What the app does for one person, with that person's token and its own."""

    def __init__(self, workspace, app_workspace):
        self.viewer = Identity(workspace).viewer()
        self.chat = Chat(workspace)
        self.comparisons = Comparisons(workspace)
        self.conversations = Conversations(workspace, lambda: app_workspace)
        self.endpoints = Endpoints(workspace)
        self.feedback = Feedback(workspace, lambda: app_workspace)

    def endpoint(self):
        return next(each for each in self.endpoints.usable() if each.name == ENDPOINT)

    def ask_both(self, conversation, text, pair):
        """Ask both at the same time; return the answer for the record and the other one."""
        ask = partial(self.chat.ask, ENDPOINT, conversation, text, pair=pair)
        name = self.endpoint().challenger.name
        with ThreadPoolExecutor() as pool:
            other = pool.submit(lambda: list(ask(served_name=name))[-1])
            record = list(ask())[-1]
        return record, other.result()

    def prefer(self, answer, pair, choice):
        preference = Preference(pair, choice)
        verdict = Verdict(answer.request_id, self.viewer.user_name, preference=preference)
        self.feedback.submit(self.viewer, ENDPOINT, verdict)


@pytest.fixture(scope="module")
def deployed(client):
    """Deploy two versions that tell themselves apart; the second is live, the first competes."""
    register(MODEL, "chat_model", input_example=question("hello"))
    versions = ((1, "old "), (register_again(MODEL), "new "))
    for version, name in versions:
        deploy(client, MODEL, version, environment_vars={"VERSION_NAME": name})
    detail = allow(client, ENDPOINT, reviewers="CAN_QUERY")
    compare(MODEL, 1)
    return assessment_log(detail)


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


@pytest.fixture(scope="module")
def compared(ann):
    """A question both answered, of which the one for the record was preferred, and one more."""
    empty, pair = Conversation(f"compared-{uuid.uuid4()}", ENDPOINT), uuid.uuid4().hex
    record, other = ann.ask_both(empty, "question", pair)
    ann.prefer(other, pair, Choice.REJECTED)
    ann.prefer(record, pair, Choice.PREFERRED)
    so_far = Conversation(empty.id, ENDPOINT, (Turn("question", record),))
    *_, second = ann.chat.ask(ENDPOINT, so_far, "and then")
    return so_far, pair, record, other, second


def test_versions_answer_the_same_question_each_in_its_way(compared):
    """The live one without being named, the other by its name, each with a request of its own."""
    _, _, record, other, _ = compared

    assert (record.text.split(), record.served_name) == (["new", "question"], NEW)
    assert (other.text.split(), other.served_name) == (["old", "question"], OLD)
    assert record.request_id
    assert other.request_id
    assert record.request_id != other.request_id


def test_conversation_comes_back_with_both_and_one_turn_each(ann, compared):
    """The answer beside is no turn and no branch; the pair's id leads from one to the other."""
    talk, pair, record, other, second = compared

    opened = ann.conversations.open(ann.viewer, talk.id, ENDPOINT).conversation
    (listed,) = [
        each for each in ann.conversations.mine(ann.viewer).summaries if each.id == talk.id
    ]

    assert [turn.answer.request_id for turn in opened.tree] == [
        record.request_id,
        second.request_id,
    ]
    found = opened.turns[0].answer.pair
    assert (found.id, found.other.request_id) == (pair, other.request_id)
    assert found.other.text.split() == ["old", "question"]
    assert opened.turns[1].answer.pair is None
    assert listed.turn_count == 2


def test_request_log_counts_the_question_once(client, deployed, ann, compared):
    """Where MLflow is silent, the list is made from the log."""
    talk = compared[0]

    asked = conversation_logs.asked_by(client, deployed, ENDPOINT, ann.viewer.user_name, 100)
    turns = conversation_logs.turns(client, deployed, ENDPOINT, talk.id, None)

    mine = [each.question for each in asked if each.conversation_id == talk.id]
    assert sorted(mine) == ["and then", "question"]
    assert [each.is_challenger for each in turns].count(True) == 1
    assert len({each.pair_id for each in turns if each.pair_id}) == 1


def test_preference_is_on_record_for_both_requests(ann, compared):
    """Each says what became of its own answer, and names the pair."""
    _, pair, record, other, _ = compared

    ids = [record.request_id, other.request_id]
    read = ann.feedback.read(ann.viewer, ENDPOINT, ids).by_request

    said = {request_id: verdicts[-1].preference for request_id, verdicts in read.items()}
    assert said == {
        record.request_id: Preference(pair, Choice.PREFERRED),
        other.request_id: Preference(pair, Choice.REJECTED),
    }


def test_statement_of_the_document_tells_which_version_is_preferred(client, ann, compared):
    """Ties are of two kinds there, which mean opposite things."""
    for choice in (Choice.BOTH_GOOD, Choice.NEITHER):
        empty, pair = Conversation(f"tie-{uuid.uuid4()}", ENDPOINT), uuid.uuid4().hex
        for answer in ann.ask_both(empty, "question", pair):
            ann.prefer(answer, pair, choice)
    (statement,) = re.findall(r"```sql\n(WITH said.*?)```", DOCUMENT.read_text(), re.DOTALL)

    rows = sql.rows(client, statement.replace("main.support.chain_", "main.contract.compared_"), {})

    counted = {(row["version"], row["outcome"]): int(row["answers"]) for row in rows}
    assert counted == {
        ("1", "rejected"): 1,
        ("2", "preferred"): 1,
        **{(version, f"tie_{kind}"): 1 for version in "12" for kind in ("both_good", "neither")},
    }


def test_only_whoever_manages_the_endpoint_turns_it_on_and_off(ann, person):
    """A reviewer's token is refused by the workspace; an administrator's is not."""
    admin = person("admins")
    with pytest.raises(NotAllowed):
        ann.comparisons.turn_off(ENDPOINT)
    with pytest.raises(Refused, match="has traffic"):
        admin.comparisons.turn_on(ENDPOINT, NEW)
    with pytest.raises(NotFound, match="no version called"):
        admin.comparisons.turn_on(ENDPOINT, "feedback")

    admin.comparisons.turn_on(ENDPOINT, OLD, tells_afterwards=True)
    assert ann.endpoint().comparison.tells_afterwards

    admin.comparisons.turn_off(ENDPOINT)
    assert ann.endpoint().challenger is None


def test_comparison_ends_by_itself_when_its_version_goes_live(ann, client):
    """Rolling back to the version that competes must not make it compete with itself."""
    compare(MODEL, 1)
    assert ann.endpoint().challenger.version == "1"

    deploy(client, MODEL, 1)

    assert ann.endpoint().comparison.served_name == OLD
    assert ann.endpoint().challenger is None
    stop_comparing(MODEL)
    assert ann.endpoint().comparison.served_name == ""
