"""Questions of a chain's own: what is refused in words before MLflow refuses it in its own."""

import uuid

import mlflow
import pytest

from backend.access.review_setup import ReviewSetup
from backend.connection import open_workspace
from backend.errors import NotAllowed, NotFound, NotOffered, Refused
from backend.feedback.label_schemas import AnswerKind, Question
from backend.identity import Role, Viewer

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
ENDPOINT, DETAIL = "chain", "GET /api/2.0/serving-endpoints/chain"


@pytest.fixture
def own_experiment(experiment):
    return mlflow.create_experiment(f"set-up-{uuid.uuid4()}")


@pytest.fixture
def setup(workspace, own_experiment):
    """An endpoint that traces into an experiment of its own, and whoever manages it."""
    tags = [{"key": "MONITOR_EXPERIMENT_ID", "value": own_experiment}]
    detail = {"name": ENDPOINT, "permission_level": "CAN_MANAGE", "tags": tags}
    workspace.answers[DETAIL] = (200, detail)
    return ReviewSetup(open_workspace(workspace.address, "visitor-token"))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (Question(" ", AnswerKind.TEXT), "Write the question"),
        (Question("x" * 251, AnswerKind.TEXT), "250 characters"),
        (Question("answer_correct", AnswerKind.TEXT), "taken"),
        (Question("expected.price", AnswerKind.TEXT), "taken"),
        (Question("feedback", AnswerKind.TEXT), "taken"),
        (Question("Why?", AnswerKind.TEXT, "x" * 1001), "1,000 characters"),
        (Question("So?", AnswerKind.YES_OR_NO, options=("Yes", "Yes")), "two different"),
        (Question("So?", AnswerKind.YES_OR_NO, options=("Yes", " ")), "two different"),
        (Question("So?", AnswerKind.ONE_OF, options=("One",)), "between two and 10"),
        (Question("So?", AnswerKind.SOME_OF, options=tuple("abcdefghijk")), "between two and 10"),
        (Question("So?", AnswerKind.ONE_OF, options=("a", "x" * 65)), "64 characters"),
        (Question("How many?", AnswerKind.NUMBER, minimum=3, maximum=3), "below"),
    ],
)
def test_a_question_mlflow_would_not_take_is_refused_in_words(setup, question, sentence):
    """Nothing is made."""
    with pytest.raises(Refused, match=sentence):
        setup.add(ADMIN, ENDPOINT, question)
    assert [each for each in setup.questions(ADMIN, ENDPOINT) if not each.is_mlflows_own] == []


def test_blanks_and_what_stands_there_twice_are_left_out(setup):
    """They would be another answer on record."""
    question = Question("  So \n what? ", AnswerKind.ONE_OF, options=(" a ", "a", "", "b"))

    setup.add(ADMIN, ENDPOINT, question)

    made = [each.question for each in setup.questions(ADMIN, ENDPOINT) if each.is_usual]
    assert made == [Question("So what?", AnswerKind.ONE_OF, options=("a", "b"))]


def test_questions_take_the_right_to_manage_the_endpoint(setup, workspace):
    """They are kept with the app's rights, so the admin's own are looked at first."""
    detail = workspace.answers[DETAIL][1]
    workspace.answers[DETAIL] = (200, detail | {"permission_level": "CAN_QUERY"})

    with pytest.raises(NotAllowed, match="CAN_MANAGE"):
        setup.questions(ADMIN, ENDPOINT)
    with pytest.raises(NotAllowed, match="CAN_MANAGE"):
        setup.add(ADMIN, ENDPOINT, Question("So?", AnswerKind.TEXT))


def test_without_an_experiment_there_is_nothing_to_ask(setup, workspace):
    """And the sentence says so."""
    workspace.answers[DETAIL] = (200, {"name": ENDPOINT, "permission_level": "CAN_MANAGE"})

    with pytest.raises(NotFound, match="no MLflow experiment"):
        setup.questions(ADMIN, ENDPOINT)


def test_on_databricks_questions_are_kept_elsewhere(setup):
    """MLflow's client does not list them there."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri("databricks")
    try:
        with pytest.raises(NotOffered, match="On Databricks"):
            setup.questions(ADMIN, ENDPOINT)
    finally:
        mlflow.set_tracking_uri(before)
