"""One's verdicts where only MLflow has them: a chain without the feedback model."""

import uuid
from dataclasses import replace

import mlflow
import pytest

from backend.connection import open_workspace
from backend.errors import ReviewAppError
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.reviews.my_reviews import MyReviewsReader
from backend.reviews.outcomes import Outcome, State
from tests.backend.judged import ANALYST, ANN, DETAIL, ENDPOINT
from tests.backend.talked import LIST, body_of, completion, record

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
BOB = replace(ANN, user_name="bob@example.com")
MODEL = "main.rag.chain"


@pytest.fixture
def own_experiment(experiment):
    """What other tests have recorded is not looked at."""
    return mlflow.MlflowClient().create_experiment(f"reviews-{uuid.uuid4()}")


@pytest.fixture
def chain(workspace, endpoint, own_experiment):
    """An endpoint without tables and feedback model, which serves two versions."""
    endpoint(feedback=False, tables=False)
    detail = workspace.answers[DETAIL][1]
    detail["tags"] = [{"key": "MONITOR_EXPERIMENT_ID", "value": own_experiment}]
    detail["config"] = {
        "served_entities": [
            {"name": f"chain_{number}", "entity_name": MODEL, "entity_version": str(number)}
            for number in (1, 2)
        ],
        "traffic_config": {
            "routes": [{"served_entity_name": "chain_2", "traffic_percentage": 100}]
        },
    }
    workspace.answers[LIST] = (200, {"endpoints": [{"name": ENDPOINT}]})
    return own_experiment


@pytest.fixture
def services(workspace, chain):
    client = open_workspace(workspace.address, "token")
    return Feedback(client, lambda: client), MyReviewsReader(client, lambda: client)


@pytest.fixture
def judge(chain, services):
    """Record an answer of this version and what somebody says of it."""

    def say(request_id, version, thumb, by=ANN, asker=ANN, question="Why?", **said):
        record(
            chain, request_id, asker.user_name, f"c-{request_id}", body_of(question),
            completion(f"Because {request_id}."), reviewapp__served_version=f"chain_{version}",
        )  # fmt: skip
        services[0].submit(by, ENDPOINT, Verdict(request_id, by.user_name, thumb, **said))

    return say


def test_verdicts_come_from_the_traces(judge, services):
    """With question, answer and version, and what became of it."""
    judge("t1", 1, Thumb.NEGATIVE, comment="No.", corrected_answer="Yes.")

    (review,) = services[1].mine(ANN).reviews

    assert (review.request.question, review.request.answer) == ("Why?", "Because t1.")
    assert (review.request.version.number, review.request.conversation_id) == (1, "c-t1")
    assert (review.verdict.comment, review.verdict.corrected_answer) == ("No.", "Yes.")
    assert review.outcome == Outcome(State.TO_RECHECK, 2)


def test_another_reviewer_s_right_counts_without_name_and_words(judge, services):
    """Analysts are told who it was."""
    judge("t1", 1, Thumb.NEGATIVE)
    judge("t2", 2, Thumb.POSITIVE, by=BOB, asker=BOB, comment="Bob's secret words.")
    judge("t3", 1, Thumb.NEGATIVE, by=ANALYST, asker=ANALYST)

    mine = services[1].mine(ANN)

    assert [each.outcome for each in mine.reviews] == [Outcome(State.FIXED, 2)]
    assert "bob" not in repr(mine).casefold()
    (theirs,) = services[1].mine(ANALYST).reviews
    assert theirs.outcome == Outcome(State.FIXED, 2, reviewer=BOB.user_name)


def test_somebody_else_s_question_is_not_read(judge, services):
    """Whoever judged it by its id alone learns nothing of it."""
    judge("t1", 1, Thumb.NEGATIVE, asker=BOB, question="Bob's private question")

    mine = services[1].mine(ANN)

    assert [each.request for each in mine.reviews] == [None]
    assert "private" not in repr(mine)


def test_store_that_does_not_answer_is_told_for_its_chain(services, monkeypatch):
    """An outage is no empty list."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    mlflow.set_tracking_uri("http://127.0.0.1:9")

    mine = services[1].mine(ANN)

    assert isinstance(mine.missing[ENDPOINT], ReviewAppError)
    assert mine.reviews == ()


def test_chain_without_any_store_has_no_verdicts(workspace, services):
    """And is no error: nobody can have said anything."""
    workspace.answers[DETAIL][1]["tags"] = []

    assert services[1].mine(ANN).reviews == ()
    assert services[1].mine(ANN).missing == {}


def test_models_of_the_platform_are_not_asked(workspace, services):
    """There are dozens, and nobody reviews them here."""
    theirs = {
        "name": "platform",
        "config": {"served_entities": [{"foundation_model": {"name": "m"}}]},
    }
    workspace.answers[LIST] = (200, {"endpoints": [theirs]})

    services[1].mine(ANN)

    assert "GET /api/2.0/serving-endpoints/platform" not in [each for each, _ in workspace.received]
