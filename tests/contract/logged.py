"""A chain whose two versions people have asked and judged, and what the app does for them."""

import uuid
from contextlib import suppress
from dataclasses import dataclass

from backend.chat.chat import Chat
from backend.errors import ChainFailed
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Identity
from backend.long_work.long_work import LongWork
from backend.picked_requests.picked import PickedRequests
from backend.replay.replays import Replays
from backend.request_logs.logs import RequestLogs
from backend.request_logs.query import LogQuery
from backend.turns.answers import Conversation, Turn
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register, register_again

MODEL = "main.contract.logged"
ENDPOINT = "agents_main-contract-logged"
HOSTILE = "what <b>of</b> \u202e100% _of_ 'it'; DROP TABLE x --"


class Person:
    """What the app does for one person, with that person's token and its own."""

    def __init__(self, workspace, app):
        self.viewer = Identity(workspace).viewer()
        self.chat = Chat(workspace)
        self.feedback = Feedback(workspace, lambda: app)
        self.logs = RequestLogs(workspace, self.feedback)
        long_work = LongWork(workspace, lambda: app)
        self.replays = Replays(workspace, lambda: app, long_work, self.feedback)
        self.picked = PickedRequests(workspace, self.feedback, self.replays)

    def ask(self, text, before=None, **options):
        """Ask, and return the conversation with the answer."""
        talk = before or Conversation(f"logged-{uuid.uuid4()}", ENDPOINT)
        *_, answer = self.chat.ask(ENDPOINT, talk, text, **options)
        return Conversation(talk.id, ENDPOINT, (*talk.turns, Turn(text, answer)))

    def say(self, talk, **said):
        """Judge the last answer of a conversation."""
        verdict = Verdict(request_of(talk), self.viewer.user_name, **said)
        self.feedback.submit(self.viewer, ENDPOINT, verdict)

    def questions(self, **filters):
        """Return what the list shows, the newest first."""
        return [row.question for row in self.page(**filters).rows]

    def page(self, **filters):
        """Return the first page of the list."""
        return self.logs.page(self.viewer, LogQuery(ENDPOINT, **filters))

    def facet(self, name, **filters):
        """Return the numbers beside a filter."""
        found = self.logs.facet(self.viewer, LogQuery(ENDPOINT, **filters), name)
        return {each.value: each.requests for each in found}


def request_of(talk):
    return talk.turns[-1].answer.request_id


@dataclass
class Logged:
    """Who has asked, who looks, and the conversations by their last question."""

    admin: Person
    rita: Person
    ana: Person
    talks: dict[str, Conversation]

    def request(self, text):
        """Return the id of the request that asked this."""
        return request_of(self.talks[text])


def asked_and_judged(client, admin, rita):
    """Ask version 1 three times, and version 2, too, where one fails; return the conversations."""
    register(MODEL, "chat_model", input_example=question("hello"))
    deploy(client, MODEL, 1, environment_vars={"VERSION_NAME": "five "})
    allow(client, ENDPOINT, reviewers="CAN_QUERY", analysts="CAN_VIEW")
    talks = {"holidays": rita.ask("holidays")}
    talks["and for me"] = rita.ask("and for me", talks["holidays"])
    talks["canteen"] = admin.ask("canteen")
    rita.say(talks["holidays"], thumb=Thumb.POSITIVE)
    rita.say(
        talks["holidays"],
        thumb=Thumb.NEGATIVE,
        reasons=frozenset({"wrong", "too_long"}),
        comment="Six.",
        corrected_answer="six holidays",
    )
    admin.say(talks["holidays"], thumb=Thumb.POSITIVE)
    rita.say(talks["and for me"], thumb=Thumb.POSITIVE, reasons=frozenset({"clear"}))
    # What was taken back is no word.
    admin.say(talks["canteen"], thumb=Thumb.POSITIVE)
    admin.say(talks["canteen"])
    register_again(MODEL)
    deploy(client, MODEL, 2, environment_vars={"VERSION_NAME": "none "})
    talks["late"] = admin.ask("late")
    admin.say(talks["late"], thumb=Thumb.UNKNOWN)
    talks[HOSTILE] = admin.ask(HOSTILE)
    with suppress(ChainFailed):
        admin.ask("raise it")
    admin.ask("trial", client_request_id="trial-1")
    return talks
