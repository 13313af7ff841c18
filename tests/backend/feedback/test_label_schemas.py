"""The questions of somebody's own: which are asked, of whom, and for how long they are known."""

import json
import uuid

import mlflow
import pytest
from mlflow.genai import label_schemas
from mlflow.genai.label_schemas import InputCategorical, InputNumeric, InputPassFail, InputText

from backend.connection import open_workspace
from backend.errors import NotAllowed, NotFound, ReviewAppError, TookTooLong
from backend.feedback import label_schemas as ours
from backend.feedback.label_schemas import AnswerKind, LabelSchemas, Question
from tests.backend.judged import ANALYST, ANN, DETAIL, ENDPOINT

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")

EVERY_KIND = {
    "Is it polite?": InputPassFail("Polite", "Rude"),
    "Which part?": InputCategorical(["Leave", "Pay"]),
    "What is missing?": InputCategorical(["A figure", "A source"], multi_select=True),
    "How many minutes?": InputNumeric(0, 60),
    "What next?": InputText(80),
}


@pytest.fixture
def schemas(experiment):
    """An experiment of its own with a schema of every kind."""
    own = mlflow.create_experiment(f"asked-{uuid.uuid4()}")
    for name, kind in EVERY_KIND.items():
        label_schemas.create_label_schema(
            name, type="feedback", input=kind, instruction="Think.", experiment_id=own
        )
    label_schemas.create_label_schema(
        "Facts", type="expectation", input=InputText(), enable_comment=True, experiment_id=own
    )
    return own


@pytest.fixture
def known(workspace, schemas):
    """Return the service for an endpoint with these tags, as its visitor gets it."""

    def make(level="CAN_QUERY", **tags):
        named = {f"reviewapp.{name}": value for name, value in tags.items()}
        listed = [{"key": "MONITOR_EXPERIMENT_ID", "value": schemas}]
        listed += [{"key": key, "value": value} for key, value in named.items()]
        detail = {"name": ENDPOINT, "permission_level": level, "tags": listed}
        workspace.answers[DETAIL] = (200, detail)
        return LabelSchemas(open_workspace(workspace.address, "visitor-token"))

    return make


@pytest.fixture
def patient(monkeypatch):
    """The first use of a store takes longer than a page would wait."""
    monkeypatch.setattr(ours, "PATIENCE_SECONDS", 60)


@pytest.mark.usefixtures("patient")
def test_every_kind_of_feedback_is_asked_in_the_order_it_was_made(known):
    """MLflow's own question is not: it is what the comment is for. Nor are expectations."""
    asked = known().questions(ANN, ENDPOINT)

    assert [each.name for each in asked] == list(EVERY_KIND)
    polite, part, missing, minutes, after = asked
    assert polite == Question(
        "Is it polite?", AnswerKind.YES_OR_NO, "Think.", options=("Polite", "Rude")
    )
    assert (part.kind, part.options) == (AnswerKind.ONE_OF, ("Leave", "Pay"))
    assert (missing.kind, missing.options) == (AnswerKind.SOME_OF, ("A figure", "A source"))
    assert (minutes.kind, minutes.minimum, minutes.maximum) == (AnswerKind.NUMBER, 0, 60)
    assert (after.kind, after.max_length) == (AnswerKind.TEXT, 80)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (["What next?", "gone", "Facts", "Feedback"], ["What next?", "Facts", "Feedback"]),
        ([], []),
    ],
)
def test_an_endpoint_may_choose_its_questions(known, chosen, names):
    """By name and in this order, expectations among them; an empty list asks nothing."""
    asked = known(questions=json.dumps(chosen)).questions(ANN, ENDPOINT)

    assert [each.name for each in asked] == names
    assert [each.is_expectation for each in asked if each.name == "Facts"] == [True] * len(
        names[:1]
    )


@pytest.mark.usefixtures("patient")
def test_a_name_that_means_something_else_is_not_asked(known, schemas):
    """The answer would be taken for a thumb, or for the corrected answer."""
    for name in ("answer_correct", "reason.rude", "expected_response"):
        label_schemas.create_label_schema(
            name, type="feedback", input=InputText(), experiment_id=schemas
        )

    assert [each.name for each in known().questions(ANN, ENDPOINT)] == list(EVERY_KIND)


@pytest.mark.usefixtures("patient")
def test_questions_are_for_those_who_may_ask_the_endpoint(known, workspace):
    """MLflow is read with the app's rights, so the visitor's are looked at first."""
    with pytest.raises(NotAllowed):
        known(level="CAN_VIEW").questions(ANN, ENDPOINT)
    with pytest.raises(NotAllowed):
        known().questions(ANALYST, ENDPOINT)
    service = known()
    del workspace.answers[DETAIL]
    with pytest.raises(NotFound):
        service.questions(ANN, ENDPOINT)


@pytest.mark.usefixtures("patient")
def test_they_are_known_for_a_while_and_read_anew_meanwhile(known, schemas, monkeypatch):
    """No click waits for what is known already; a new question comes with a later one."""
    service = known()
    before = service.questions(ANN, ENDPOINT)
    label_schemas.create_label_schema(
        "New?", type="feedback", input=InputText(), experiment_id=schemas
    )
    assert service.questions(ANN, ENDPOINT) is before

    monkeypatch.setattr(ours, "FRESH_SECONDS", -1)
    asking = service._asking(ANN, ENDPOINT)
    assert asking.before is before
    assert [each.name for each in asking.coming.result(60)][-1] == "New?"


def test_a_page_waits_once_and_not_long(known, monkeypatch):
    """Whatever MLflow does, judging goes on."""
    monkeypatch.setattr(ours, "PATIENCE_SECONDS", 0)
    service = known()
    service.prepare(ANN, ENDPOINT)

    with pytest.raises(TookTooLong):
        service.questions(ANN, ENDPOINT)

    assert service._asking(ANN, ENDPOINT).coming.result(60)
    assert len(service.questions(ANN, ENDPOINT)) == len(EVERY_KIND)


@pytest.mark.usefixtures("patient")
def test_a_failure_is_not_met_at_every_click(known, workspace):
    """It is remembered for a moment, and so is the reason."""
    service = known()
    workspace.answers[DETAIL] = (403, {"error_code": "PERMISSION_DENIED", "message": "no"})
    for _ in range(3):
        with pytest.raises(ReviewAppError):
            service.questions(ANN, ENDPOINT)

    assert len([each for each, _ in workspace.received if each == DETAIL]) == 1


@pytest.mark.usefixtures("patient")
def test_an_endpoint_without_traces_asks_nothing(known, workspace):
    """There is no experiment the questions could belong to."""
    service = known()
    workspace.answers[DETAIL] = (200, {"name": ENDPOINT, "permission_level": "CAN_QUERY"})

    assert service.questions(ANN, ENDPOINT) == ()
