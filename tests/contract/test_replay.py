"""Replays and searches for a beginning on a running workspace: asked, judged, summed up."""

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.conversations import logs as conversation_logs
from backend.errors import ChainFailed, NotAllowed, NotFound, Refused
from backend.feedback.assessment_tables import assessment_log
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Choice, Preference, Thumb, Verdict
from backend.identity import Identity, Role, Viewer
from backend.jobs.kinds import RUNNERS
from backend.jobs.worker import Worker
from backend.long_work.long_work import LongWork
from backend.long_work.record import JobState
from backend.replay.bisections import Bisections
from backend.replay.record import Said, Wanted
from backend.replay.replays import Replays
from backend.turns.answers import Conversation, Turn
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register, register_again

MODEL = "main.contract.replayed"
ENDPOINT = "agents_main-contract-replayed"
FIRST, SECOND, THIRD = (f"main-contract-replayed_{number}" for number in (1, 2, 3))
ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))


class Person:
    """What the app does for one person, with that person's token and its own."""

    def __init__(self, workspace, app):
        self.viewer = Identity(workspace).viewer()
        self.chat = Chat(workspace)
        self.feedback = Feedback(workspace, lambda: app)
        self.long_work = LongWork(workspace, lambda: app)
        self.replays = Replays(workspace, lambda: app, self.long_work, self.feedback)
        self.bisections = Bisections(workspace, lambda: app, self.long_work, self.feedback)

    def ask(self, text, before=None):
        """Ask, and return the conversation with the answer."""
        talk = before or Conversation(f"replayed-{uuid.uuid4()}", ENDPOINT)
        *_, answer = self.chat.ask(ENDPOINT, talk, text)
        return Conversation(talk.id, ENDPOINT, (*talk.turns, Turn(text, answer)))

    def say(self, request_id, **said):
        """Judge an answer."""
        verdict = Verdict(request_id, self.viewer.user_name, **said)
        self.feedback.submit(self.viewer, ENDPOINT, verdict)


def request_of(talk):
    return talk.turns[-1].answer.request_id


@pytest.fixture(scope="module")
def admin(host, token, as_app):
    return Person(open_workspace(host, token), as_app)


@pytest.fixture(scope="module")
def rita(host, as_person, as_app):
    return Person(open_workspace(host, as_person("reviewers").config.token), as_app)


@pytest.fixture(scope="module")
def asked(client, workspace, rita_may, rita):
    """Three answers of version 1, two of them called wrong, one in the middle of a conversation."""
    first = rita.ask("holidays")
    second = rita.ask("and for me", first)
    third = rita.ask("canteen")
    rita.say(request_of(first), thumb=Thumb.NEGATIVE)
    rita.say(request_of(second), thumb=Thumb.NEGATIVE, comment="I work part-time.")
    rita.say(request_of(third), thumb=Thumb.POSITIVE)
    for version, name in ((2, "none "), (3, "none ")):
        register_again(MODEL)
        deploy(client, MODEL, version, environment_vars={"VERSION_NAME": name})
    return first, second, third


@pytest.fixture(scope="module")
def rita_may(client, workspace):
    """Version 1, which reviewers may ask."""
    register(MODEL, "chat_model", input_example=question("hello"))
    deploy(client, MODEL, 1, environment_vars={"VERSION_NAME": "five "})
    allow(client, ENDPOINT, reviewers="CAN_QUERY")


@pytest.fixture(scope="module")
def work(as_app):
    """Return a function that does what waits."""
    worker = Worker(as_app, RUNNERS)

    def until_done():
        worker.turn()
        deadline = time.monotonic() + 120
        while worker.is_busy:
            assert time.monotonic() < deadline, "the work was not done in time"
            time.sleep(0.05)

    return until_done


@pytest.fixture(scope="module")
def replayed(admin, asked, work):
    """The answers called wrong, asked again of version 2, and opened to reviewers."""
    wanted = Wanted(Said.DOWN)
    job = admin.replays.begin(admin.viewer, ENDPOINT, SECOND, wanted, is_shared=True)
    work()
    return job


def test_what_is_wanted_is_found_by_every_filter(admin, asked):
    """Each of them narrows it down, and what somebody typed is only text."""
    first, second, third = map(request_of, asked)
    now = datetime.now(UTC)

    def count(**wanted):
        return admin.replays.count(admin.viewer, ENDPOINT, Wanted(**wanted))

    assert count(said=Said.DOWN) == 2
    assert count(said=Said.DOWN, with_comment=True) == 1
    assert count(said=Said.UP) == 1
    assert count(said=Said.NOTHING, text="canteen") == 0
    assert count(said=Said.ANYTHING, text="CANTEEN") == 1
    assert count(said=Said.ANYTHING, text="'; DROP TABLE x") == 0
    assert count(version="1") == 2
    assert count(version="2") == 0
    assert count(since=now - timedelta(hours=1), until=now) == 2
    assert count(since=now) == 0
    assert len({first, second, third}) == 3
    # What was asked beside another version, for comparison, is nobody's question.
    whole = count(said=Said.ANYTHING)
    beside = Conversation(f"beside-{uuid.uuid4()}", ENDPOINT)
    list(admin.chat.ask(ENDPOINT, beside, "beside", SECOND, pair="pair-1"))
    assert count(said=Said.ANYTHING) == whole


def test_replay_asks_the_candidate_the_whole_conversation(admin, replayed, asked):
    """Every flagged question has its new answer, the newest first, with the time it took."""
    replay = admin.replays.open(admin.viewer, replayed.id)
    first, second, _ = asked

    assert replay.job.state is JobState.DONE, replay.job.problem
    assert [each.request_id for each in replay.answers] == [request_of(second), request_of(first)]
    assert [each.answer for each in replay.answers] == ["none and for me", "none holidays"]
    assert all(each.is_changed and each.old_version == "1" for each in replay.answers)
    assert all(each.new_request_id and each.latency_ms > 0 for each in replay.answers)
    assert replay.version == "2"
    former = admin.replays.former(admin.viewer, replay, [request_of(second), "somebody else's"])
    (known,) = former.values()
    assert (known.question, known.before) == ("and for me", ("holidays",))
    assert known.answer.split() == ["five", "and", "for", "me"]
    assert [(v.reviewer, v.comment) for v in known.verdicts] == [
        ("reviewers@example.com", "I work part-time.")
    ]


def test_replayed_requests_are_no_turn_of_anybodys_conversation(client, admin, replayed, asked):
    """They are on record in the app's name and marked, and cannot be replayed themselves."""
    again = Wanted(Said.ANYTHING, version="2")
    assert admin.replays.count(admin.viewer, ENDPOINT, again) == 0
    log = assessment_log(client.serving_endpoints.get(ENDPOINT))
    talk = asked[1]

    turns = conversation_logs.turns(client, log, ENDPOINT, talk.id, None)

    assert [turn.asked.question for turn in turns] == ["holidays", "and for me"]


def test_judgements_become_the_summary_in_the_dialog(admin, rita, replayed):
    """A reviewer judges by the link; the admin's sentence counts it."""
    before = admin.replays.summary(admin.viewer, ENDPOINT, SECOND)
    assert before.sentence == "Of 2 flagged answers 2 changed, 0 judged better, 0 worse."

    replay = rita.replays.open(rita.viewer, replayed.id)
    for answer, choice in zip(replay.answers, (Choice.PREFERRED, Choice.REJECTED), strict=True):
        rita.say(answer.new_request_id, preference=Preference(answer.pair_id, choice))

    after = admin.replays.summary(admin.viewer, ENDPOINT, SECOND)
    assert after.sentence == "Of 2 flagged answers 2 changed, 1 judged better, 1 worse."
    again = rita.replays.open(rita.viewer, replayed.id)
    assert again.summary.judged == 2
    assert admin.replays.summary(admin.viewer, ENDPOINT, THIRD) is None


def test_reviewer_sees_a_replay_that_was_opened_and_no_names(admin, rita, replayed, work):
    """One that was not opened stays closed, and reviewers begin nothing."""
    mine = admin.replays.begin(admin.viewer, ENDPOINT, THIRD, Wanted(most=1))
    work()
    admin.say(admin.replays.open(admin.viewer, mine.id).answers[0].request_id, comment="Secret.")

    with pytest.raises(NotAllowed):
        rita.replays.open(rita.viewer, mine.id)
    with pytest.raises(NotAllowed):
        rita.replays.begin(rita.viewer, ENDPOINT, THIRD, Wanted())
    with pytest.raises(NotAllowed):
        rita.replays.count(rita.viewer, ENDPOINT, Wanted())
    replay = rita.replays.open(rita.viewer, replayed.id)
    former = rita.replays.former(rita.viewer, replay, [each.request_id for each in replay.answers])
    said = [verdict for each in former.values() for verdict in each.verdicts]
    assert {verdict.reviewer for verdict in said} <= {"reviewers@example.com", ""}
    assert "Secret." not in [verdict.comment for verdict in said]


def test_version_that_is_not_on_the_endpoint_is_refused_before_anything_is_asked(admin, asked):
    """Nothing is put on record for it."""
    count = len(admin.replays.latest(admin.viewer, ENDPOINT))

    with pytest.raises(NotFound, match="0 %"):
        admin.replays.begin(admin.viewer, ENDPOINT, "chain_9", Wanted())
    with pytest.raises(NotFound):
        admin.replays.begin(admin.viewer, ENDPOINT, "feedback", Wanted())
    with pytest.raises(Refused):
        Wanted(most=1000)

    assert len(admin.replays.latest(admin.viewer, ENDPOINT)) == count


def test_answer_that_fails_is_told_and_the_others_are_asked(admin, rita, work, asked):
    """One question the candidate cannot answer does not end the replay."""
    unsure = rita.ask("what is said of this is no yes and no no")
    rita.say(request_of(unsure), thumb=Thumb.UNKNOWN)
    rita.ask("tell me")
    with pytest.raises(ChainFailed):
        rita.ask("raise it")

    job = admin.replays.begin(admin.viewer, ENDPOINT, SECOND, Wanted(Said.NOTHING))
    work()

    replay = admin.replays.open(admin.viewer, job.id)
    failed = [each for each in replay.answers if each.error]
    came = [each for each in replay.answers if each.has_come]
    assert len(failed) == 1
    assert "CHAIN_FAILED" in failed[0].error
    assert [each.answer for each in came] == ["none tell me"]
    assert replay.summary.failed == 1


def test_search_points_to_the_version_that_began_it(admin, rita, work, asked):
    """Of three versions the second is the first that answers so; a mark moves the pointer."""
    bad = rita.ask("parking")
    job = admin.bisections.begin(admin.viewer, ENDPOINT, request_of(bad))
    work()

    found = admin.bisections.open(admin.viewer, job.id)

    assert found.job.state is JobState.DONE, found.job.problem
    assert [each.version for each in found.tries] == ["1", "2", "3"]
    assert (found.pointed.first.version, found.pointed.before.version) == ("2", "1")
    assert found.pointed.before.answer == "five parking"
    assert found.former.version == "3"
    assert admin.bisections.latest(admin.viewer, ENDPOINT, request_of(bad)).id == job.id

    admin.say(found.tries[0].request_id, thumb=Thumb.NEGATIVE)
    marked = admin.bisections.open(admin.viewer, job.id)
    assert (marked.pointed.first.version, marked.pointed.before) == ("1", None)
    with pytest.raises(NotAllowed):
        rita.bisections.open(rita.viewer, job.id)
    with pytest.raises(NotFound):
        admin.bisections.begin(admin.viewer, ENDPOINT, "no-such-request")
