"""What reviewers say, on a running workspace: verdicts given as people do, then the numbers."""

import uuid
from datetime import UTC, datetime

import pytest

from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.errors import NotAllowed, NotOffered
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import SourceRating, Thumb, Verdict
from backend.identity import Identity
from backend.quality import judged_requests, report_html, verdict_sums, weekly
from backend.quality.looked import Looked
from backend.quality.quality import Quality
from backend.quality.shares import Share
from backend.request_logs import log_columns
from backend.request_logs.log_tables import LogTables, tables_of
from backend.request_logs.query import LogQuery
from backend.turns.answers import Conversation
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register, register_again

MODEL = "main.contract.quality"
ENDPOINT = "agents_main-contract-quality"
QUERY = LogQuery(ENDPOINT)
HANDBOOK = "https://handbook.example.org/leave"


class Person:
    """Somebody who asks and judges."""

    def __init__(self, workspace, app):
        self.viewer = Identity(workspace).viewer()
        self.quality = Quality(workspace)
        self._chat, self._feedback = Chat(workspace), Feedback(workspace, lambda: app)

    def ask(self, text):
        """Ask, and return the request's id."""
        *_, answer = self._chat.ask(ENDPOINT, Conversation(str(uuid.uuid4()), ENDPOINT), text)
        return answer.request_id

    def say(self, request_id, thumb, **said):
        """Judge an answer."""
        verdict = Verdict(request_id, self.viewer.user_name, thumb, **said)
        self._feedback.submit(self.viewer, ENDPOINT, verdict)


@pytest.fixture(scope="module")
def admin(host, token, as_app):
    return Person(open_workspace(host, token), as_app)


@pytest.fixture(scope="module")
def analyst(host, as_person, as_app):
    return Person(open_workspace(host, as_person("analysts").config.token), as_app)


@pytest.fixture(scope="module")
def rita(host, as_person, as_app):
    return Person(open_workspace(host, as_person("reviewers").config.token), as_app)


@pytest.fixture(scope="module")
def judged(client, workspace, rita, admin):
    """Answers of two versions, with verdicts of two people; by what they are here for."""
    register(MODEL, "talking", input_example=question("say hello"))
    deploy(client, MODEL, 1)
    allow(client, ENDPOINT, reviewers="CAN_QUERY", analysts="CAN_VIEW")
    ids = {"disputed": rita.ask("cite leave rules"), "changed": rita.ask("say canteen hours")}
    ids["wrong"] = rita.ask("say opening hours of the pool")
    ids["open"] = rita.ask("say opening hours of that pool")
    # A verdict that was taken back is none.
    rita.say(ids["open"], Thumb.NEGATIVE)
    rita.say(ids["open"], None)
    source = SourceRating(0, Thumb.NEGATIVE)
    rita.say(
        ids["disputed"],
        Thumb.NEGATIVE,
        reasons=frozenset({"outdated"}),
        comment="Of last year.",
        source_ratings=(source,),
    )
    admin.say(ids["disputed"], Thumb.POSITIVE)
    rita.say(ids["changed"], Thumb.NEGATIVE, reasons=frozenset({"unclear"}))
    rita.say(ids["changed"], Thumb.POSITIVE)
    rita.say(ids["wrong"], Thumb.NEGATIVE, reasons=frozenset({"outdated"}))
    deploy(client, MODEL, register_again(MODEL))
    ids["better"] = rita.ask("say opening hours of the pool")
    rita.say(ids["better"], Thumb.POSITIVE)
    return ids


def test_sums_count_each_persons_last_word(analyst, judged):
    """A word that was changed counts as it stands; so do its reasons."""
    found = analyst.quality.overview(analyst.viewer, QUERY)

    assert found.total.wrong == Share(2, 5)
    said = {each.name: (each.up, each.down) for each in found.by_version}
    assert said == {"2": (1, 0), "1": (2, 2)}
    assert [each.name for each in found.by_version] == ["2", "1"]
    people = {each.name: (each.up, each.down) for each in found.by_reviewer}
    assert people.pop("reviewers@example.com") == (2, 2)
    assert list(people.values()) == [(1, 0)]
    assert [(each.key, each.down) for each in found.reasons] == [("outdated", 2)]
    assert sum(each.down for each in found.by_time) == 2
    of_one = analyst.quality.overview(analyst.viewer, LogQuery(ENDPOINT, version="2"))
    assert of_one.total.wrong == Share(0, 1)
    by_week = analyst.quality.overview(analyst.viewer, LogQuery(ENDPOINT, "90d")).by_time
    assert all(each.name.endswith("T00:00:00+00:00") for each in (*found.by_time, *by_week))
    assert {datetime.fromisoformat(each.name).weekday() for each in by_week} == {0}
    assert analyst.quality.versions_asked(analyst.viewer, QUERY) == ["2", "1"]


def test_documents_are_counted_by_their_own_verdicts_and_apart_by_their_answers(analyst, judged):
    """The source's verdict names the document in the trace; the thumb is weaker evidence."""
    found = analyst.quality.documents(analyst.viewer, QUERY)

    (named,) = found.named
    assert (named.name, named.wrong) == (HANDBOOK, Share(1, 1))
    assert named.request_ids == (judged["disputed"],)
    (behind,) = found.behind
    assert (behind.name, behind.wrong) == (HANDBOOK, Share(1, 2))
    assert found.behind_requests == 4


def test_disputed_answer_is_found_with_who_said_what(analyst, judged):
    """One answer was judged by two, who differ."""
    found = analyst.quality.disputes(analyst.viewer, QUERY)

    assert (found.agreement.answers, found.agreement.disputed) == (1, 1)
    (disputed,) = found.disputed
    assert (disputed.request_id, disputed.up, disputed.down) == (judged["disputed"], 1, 1)
    said = {thumb: (person, comment) for person, thumb, comment in found.said[disputed.request_id]}
    assert said["negative"] == ("reviewers@example.com", "Of last year.")
    assert "positive" in said


def test_unjudged_question_like_a_bad_one_is_found(analyst, judged):
    """Only what nobody has judged is named."""
    found = analyst.quality.unjudged(analyst.viewer, QUERY)

    (alike,) = found.alike
    assert alike.question.request_id == judged["open"]
    assert alike.like.request_id == judged["wrong"]


def test_two_versions_are_compared_by_the_question_both_were_asked(analyst, judged):
    """Its answer was wrong with the one and is right with the other, and both can be read."""
    found = analyst.quality.versions(analyst.viewer, QUERY, "2", "1")

    assert (found.new.requests, found.new.said.wrong) == (1, Share(0, 1))
    assert (found.old.requests, found.old.said.wrong) == (4, Share(2, 4))
    assert found.old.reasons == {"outdated": 2}
    assert found.old.p95_ms > 0
    (pair,) = found.better
    assert (pair.new.request_id, pair.old.request_id) == (judged["better"], judged["wrong"])
    read = analyst.quality.exchanges(analyst.viewer, QUERY, [pair.new.request_id])
    assert read[judged["better"]].question == "say opening hours of the pool"
    assert read[judged["better"]].answer == "opening hours of the pool"
    known = analyst.quality.questions(analyst.viewer, QUERY, [judged["open"], "gone"])
    assert [each.question for each in known.values()] == ["say opening hours of that pool"]


def test_report_has_all_of_it(analyst, judged, client, tmp_path):
    """On the page, and from a notebook or a schedule."""
    found = analyst.quality.report(analyst.viewer, QUERY)

    assert found.before.wrong == Share(0, 0)
    assert {found.versions.new.version, found.versions.old.version} == {"1", "2"}
    assert b"handbook.example.org" in report_html.written(found)
    written = weekly.write(client, ENDPOINT, tmp_path)
    assert [each.suffix for each in written] == [".html", ".md"]
    assert "say opening hours of the pool" in written[1].read_text()


def test_payload_table_alone_says_the_same(client, judged):
    """On a workspace without request logs questions and versions are taken from what there is."""
    tables = tables_of(client, ENDPOINT)
    payload = LogTables(
        ENDPOINT,
        tables.payload,
        tables.assessments,
        tables.payload_columns,
        log_columns.only_questions({"request": "string"}),
    )
    looked = Looked(client, payload, QUERY, datetime.now(UTC))

    assert verdict_sums.overview(looked).total.wrong == Share(2, 5)
    wrong = judged_requests.judged(looked, 10, "down > up")
    assert [each.question for each in wrong] == ["say opening hours of the pool"]
    assert [each.request_id for each in judged_requests.unjudged(looked, 10)] == [judged["open"]]


def test_only_who_may_see_all_is_told(rita, admin, judged, endpoint):
    """Reviewers are not told of each other; an endpoint without tables says so."""
    with pytest.raises(NotAllowed):
        rita.quality.overview(rita.viewer, QUERY)
    with pytest.raises(NotOffered, match="keeps no record"):
        admin.quality.overview(admin.viewer, LogQuery(endpoint))
