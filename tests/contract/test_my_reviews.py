"""What became of one's verdicts, against a running workspace: deployed, judged, deployed again."""

import uuid
from dataclasses import dataclass

import pytest
import requests
from databricks.sdk.service.iam import ComplexValue

from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.errors import NotAllowed
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Identity
from backend.reviews.my_reviews import MyReviewsReader
from backend.reviews.outcomes import Outcome, State
from backend.turns.answers import Conversation, Turn
from tests.contract.deployed import deploy
from tests.registered_models import question, register, register_again

MODEL = "main.contract.reviewed"
ENDPOINT = "agents_main-contract-reviewed"


@dataclass
class Person:
    """What the app does for one person, with that person's token and its own."""

    workspace: object
    app_workspace: object

    def __post_init__(self):
        self.viewer = Identity(self.workspace).viewer()
        self.chat = Chat(self.workspace)
        self.feedback = Feedback(self.workspace, lambda: self.app_workspace)
        self.reviews = MyReviewsReader(self.workspace, lambda: self.app_workspace)

    def ask(self, text, before=None):
        """Ask, and return the conversation with the answer."""
        talk = before or Conversation(f"reviewed-{uuid.uuid4()}", ENDPOINT)
        *_, answer = self.chat.ask(ENDPOINT, talk, text)
        return Conversation(talk.id, ENDPOINT, (*talk.turns, Turn(text, answer)))

    def say(self, talk, thumb, **more):
        """Judge the last answer of a conversation."""
        request_id = talk.turns[-1].answer.request_id
        verdict = Verdict(request_id, self.viewer.user_name, thumb, **more)
        self.feedback.submit(self.viewer, ENDPOINT, verdict)

    def judge(self, text, thumb, before=None, **more):
        """Ask and judge the answer."""
        talk = self.ask(text, before)
        self.say(talk, thumb, **more)
        return talk

    def mine(self):
        """Return one's verdicts on this chain, the last first."""
        found = self.reviews.mine(self.viewer)
        assert ENDPOINT not in found.missing
        return [each for each in found.reviews if each.endpoint == ENDPOINT]

    def outcome(self, talk):
        """Return what became of the last answer of a conversation."""
        request_id = talk.turns[-1].answer.request_id
        return next(e.outcome for e in self.mine() if e.verdict.request_id == request_id)


@pytest.fixture(scope="module")
def person(client, host, token):
    """Return what the app does for a person of this name and group."""

    def sign_in(name, group="reviewers"):
        ids = {each.display_name: each.id for each in client.groups.list()}
        client.users.create(user_name=name, groups=[ComplexValue(value=ids[group])])
        path = "/__local__/sign-in-codes"
        code = client.api_client.do("POST", path, body={"user_name": name})["code"]
        form = {"grant_type": "authorization_code", "code": code}
        answer = requests.post(f"{host}/oidc/v1/token", data=form, timeout=30)
        theirs = open_workspace(host, answer.json()["access_token"])
        return Person(theirs, open_workspace(host, token))

    return sign_in


@pytest.fixture(scope="module")
def story(client, workspace, person):
    """Version 1 is judged by two reviewers; then version 2 takes over."""
    register(MODEL, "chat_model", input_example=question("hello"))
    register_again(MODEL)
    deploy(client, MODEL, 1)
    rights = [
        {"group_name": group, "permission_level": "CAN_QUERY"}
        for group in ("reviewers", "analysts")
    ]
    path = f"/api/2.0/permissions/serving-endpoints/{_id(client)}"
    client.api_client.do("PATCH", path, body={"access_control_list": rights})
    rita, rob = person("rita@example.com"), person("rob@example.com")
    wrong = {
        name: rita.judge(f"{name} question?", Thumb.NEGATIVE)
        for name in ("fixed", "untried", "wrong twice", "fixed by another", "follow-up base")
    }
    rita.judge("right question", Thumb.POSITIVE, comment="Well said.")
    wrong["follow-up"] = rita.judge("And then?", Thumb.NEGATIVE, before=rita.ask("first subject"))
    before = {name: rita.outcome(talk) for name, talk in wrong.items()}
    deploy(client, MODEL, 2)
    return Story(rita, rob, wrong, before)


@dataclass
class Story:
    """The reviewers, the conversations that were judged wrong, and how it stood before."""

    rita: Person
    rob: Person
    wrong: dict[str, Conversation]
    before: dict[str, Outcome]


def _id(client):
    return client.serving_endpoints.get(ENDPOINT).id


def test_without_a_newer_version_a_wrong_answer_waits(story):
    """Nobody is asked to look again at what nobody has changed."""
    assert {outcome.state for outcome in story.before.values()} == {State.WAITING}


def test_newer_version_that_nobody_judged_is_to_be_rechecked(story):
    """As soon as it answers."""
    assert story.rita.outcome(story.wrong["untried"]) == Outcome(State.TO_RECHECK, 2)


def test_right_answer_of_a_newer_version_is_a_fix(story):
    """To the same question, in other letters and spaces; and it is not one any more once wrong."""
    rita, talk = story.rita, story.wrong["fixed"]
    again = rita.judge("  FIXED   question", Thumb.POSITIVE)

    assert rita.outcome(talk) == Outcome(State.FIXED, 2, is_by_me=True)

    rita.say(again, Thumb.NEGATIVE)
    assert rita.outcome(talk).state is State.STILL_WRONG
    rita.say(again, Thumb.POSITIVE)
    assert rita.outcome(talk).state is State.FIXED


def test_wrong_answer_of_a_newer_version_is_still_wrong(story):
    """And is itself a verdict, which waits for the next version."""
    again = story.rita.judge("wrong twice question?", Thumb.NEGATIVE)

    assert story.rita.outcome(story.wrong["wrong twice"]).state is State.STILL_WRONG
    assert story.rita.outcome(again) == Outcome(State.WAITING)


def test_another_reviewer_s_word_counts_without_their_name(story):
    """What else they said is theirs: neither name nor text comes along."""
    story.rob.judge("Fixed by another question", Thumb.POSITIVE, comment="Rob's secret words.")

    outcome = story.rita.outcome(story.wrong["fixed by another"])

    assert outcome == Outcome(State.FIXED, 2, is_by_me=False, reviewer=None)
    everything = repr(story.rita.reviews.mine(story.rita.viewer))
    assert "rob@example.com" not in everything
    assert "secret" not in everything


def test_analyst_is_told_who_said_so(story, person):
    """Whoever may see everybody's verdicts sees the name here, too."""
    lee = person("lee@example.com", "analysts")
    talk = story.wrong["fixed by another"]
    lee.say(talk, Thumb.NEGATIVE)
    story.rob.judge("Fixed by another question", Thumb.POSITIVE)

    # The question was not lee's own, so nothing is known of it here.
    assert lee.outcome(talk).state is State.UNKNOWN
    asked = lee.judge("Fixed by another question", Thumb.NEGATIVE)
    assert lee.outcome(asked).state is State.WAITING


def test_follow_up_is_the_same_only_after_the_same_questions(story):
    """Else "And then?" would be fixed by anybody's "And then?"."""
    rita, talk = story.rita, story.wrong["follow-up"]
    rita.judge("And then?", Thumb.POSITIVE)
    rita.judge("And then?", Thumb.POSITIVE, before=rita.ask("another subject"))
    assert rita.outcome(talk).state is State.TO_RECHECK

    rita.judge("And then?", Thumb.POSITIVE, before=rita.ask("First subject"))

    assert rita.outcome(talk).state is State.FIXED


def test_each_verdict_comes_with_its_answer(story):
    """Question, answer, version, conversation; the last verdict first, one for each answer."""
    talk = story.rita.judge("all of it", Thumb.NEGATIVE, comment="No.", corrected_answer="Yes.")
    story.rita.say(talk, Thumb.NEGATIVE, comment="Not so.", corrected_answer="Yes!")

    first, *others = story.rita.mine()

    assert talk.turns[-1].answer.request_id not in [e.verdict.request_id for e in others]
    assert (first.verdict.comment, first.verdict.corrected_answer) == ("Not so.", "Yes!")
    assert (first.request.question, first.request.version.number) == ("all of it", 2)
    assert first.request.answer == talk.turns[-1].answer.text
    assert first.request.conversation_id == talk.id
    given = [each.verdict.given_at for each in others]
    assert given == sorted(given, reverse=True)


def test_verdict_that_was_taken_back_is_none(story):
    """Whoever says nothing any more is not shown saying it."""
    talk = story.rita.judge("taken back", Thumb.NEGATIVE)
    story.rita.say(talk, None)

    assert talk.id not in [e.request.conversation_id for e in story.rita.mine() if e.request]


def test_question_of_somebody_else_is_not_read(story):
    """Judging an answer by its id alone shows nothing of what was asked."""
    talk = story.rita.ask("Rita's private question")

    story.rob.say(talk, Thumb.NEGATIVE)

    (review,) = [
        each
        for each in story.rob.mine()
        if each.verdict.request_id == talk.turns[-1].answer.request_id
    ]
    assert review.request is None
    assert "private" not in repr(story.rob.reviews.mine(story.rob.viewer))


def test_reviewer_sees_own_verdicts_only(story, person):
    """Somebody who has judged nothing has nothing, whoever else has."""
    eve = person("eve-reviews@example.com")

    assert eve.reviews.mine(eve.viewer).reviews == ()


def test_chain_that_cannot_be_read_is_named(story):
    """The others would be shown all the same."""

    def no_sql():
        raise NotAllowed("The app may not read the table.")

    rita = story.rita
    found = MyReviewsReader(rita.workspace, no_sql).mine(rita.viewer)

    assert isinstance(found.missing[ENDPOINT], NotAllowed)
    assert [each for each in found.reviews if each.endpoint == ENDPOINT] == []


def test_pages_of_verdicts_go_on_where_the_last_ended(story, monkeypatch):
    """Each verdict once, however small the pages, also among verdicts of the same time."""
    everything = [each.verdict.request_id for each in story.rita.mine()]

    monkeypatch.setattr("backend.reviews.logs.PAGE_ROWS", 3)

    assert [each.verdict.request_id for each in story.rita.mine()] == everything
