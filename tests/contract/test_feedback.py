"""Verdicts through the feedback API, as the clients of the platform send and read them."""

import json
import time

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.iam import ComplexValue
from mlflow.genai.label_schemas import InputCategorical, InputPassFail, create_label_schema

from backend.errors import NotAllowed
from backend.feedback import label_schemas as schemas
from backend.feedback.feedback import Feedback, Store
from backend.feedback.verdicts import Choice, Preference, SourceRating, Thumb, Verdict
from backend.identity import Identity
from tests.contract.deployed import allow, deploy
from tests.registered_models import question, register

MODEL = "main.contract.judged"
ENDPOINT = "agents_main-contract-judged"
PATH = f"/serving-endpoints/{ENDPOINT}/served-models/feedback/invocations"
LOG = "main.contract.judged_payload_assessment_logs"


@pytest.fixture(scope="module")
def judged(client):
    """Deploy a chain as its users do."""
    register(MODEL, "chat_model", input_example=question("hello"))
    deploy(client, MODEL)
    return allow(client, ENDPOINT, reviewers="CAN_QUERY")


@pytest.fixture
def request_id(client, judged):
    """Ask it something; verdicts are on the answer."""
    path = f"/serving-endpoints/{ENDPOINT}/invocations"
    answer = client.api_client.do("POST", path, body=question("hello"))
    return answer["databricks_output"]["databricks_request_id"]


@pytest.fixture(scope="module")
def as_reviewer(client, host):
    """Return a client with the token of a reviewer of this name."""

    def sign_in(name: str) -> WorkspaceClient:
        ids = {each.display_name: each.id for each in client.groups.list()}
        client.users.create(user_name=name, groups=[ComplexValue(value=ids["reviewers"])])
        path = "/__local__/sign-in-codes"
        code = client.api_client.do("POST", path, body={"user_name": name})["code"]
        form = {"grant_type": "authorization_code", "code": code}
        token = requests.post(f"{host}/oidc/v1/token", data=form, timeout=30).json()
        config = Config(host=host, token=token["access_token"], auth_type="pat")
        return WorkspaceClient(config=config)

    return sign_in


@pytest.fixture(scope="module")
def ann(as_reviewer):
    return as_reviewer("ann@example.com")


def send(client, request_id, **columns):
    record = {"request_id": request_id, **columns}
    return client.api_client.do("POST", PATH, body={"dataframe_records": [record]})


def thumb(value):
    return [{"ratings": {"answer_correct": {"value": value}}, "free_text_comment": None}]


def template(value):
    """Return the columns as Databricks' chat template fills them."""
    return {
        "source": json.dumps({"id": "e2e-chatbot-app", "type": "human"}),
        "text_assessments": json.dumps(thumb(value) if value else []),
        "retrieval_assessments": json.dumps([]),
    }


def rows(client, request_id, columns):
    warehouse = next(iter(client.warehouses.list())).id
    statement = f"SELECT {columns} FROM {LOG} WHERE request_id = '{request_id}' ORDER BY timestamp"
    answer = client.statement_execution.execute_statement(statement, warehouse)
    assert answer.status.error is None, answer.status.error
    return answer.result.data_array or []


def test_template_sees_that_the_endpoint_takes_verdicts(client, judged):
    """Its own test: a served entity of that name."""
    assert "feedback" in [entity.name for entity in judged.config.served_entities]


def test_template_s_call_is_a_row_of_the_caller(client, ann, request_id):
    """Texts of JSON in, `ok` out; the app's name it sends is kept and not believed."""
    answer = send(ann, request_id, **template("positive"))

    assert answer["predictions"] == {"result": "ok"}
    columns = "source.id, text_assessment.ratings['answer_correct'].value, source.tags"
    ((author, value, tags),) = rows(client, request_id, columns)
    assert (author, value) == ("ann@example.com", "positive")
    assert json.loads(tags) == {"claimed_source_id": "e2e-chatbot-app"}


def test_documented_call_is_three_rows(client, ann, request_id):
    """Objects in: one row for the answer and one for each of two sources."""
    sources = [{"position": n, "ratings": thumb("positive")[0]["ratings"]} for n in range(2)]

    send(ann, request_id, text_assessments=thumb("negative"), retrieval_assessments=sources)

    found = rows(client, request_id, "text_assessment IS NULL, retrieval_assessment.position")
    assert sorted(found, key=str) == [["false", None], ["true", "0"], ["true", "1"]]


def test_latest_verdict_of_a_reviewer_is_found_by_sql(client, ann, request_id):
    """Every click remains in the log; one that is clicked away is the last word."""
    for value in ("positive", "negative", None):
        send(ann, request_id, **template(value))

    found = rows(client, request_id, "text_assessment.ratings['answer_correct'].value")
    assert found == [["positive"], ["negative"], [None]]


def test_unknown_request_is_not_found(ann, judged):
    """The platform says `ok` to anything; a verdict on nothing helps nobody."""
    with pytest.raises(NotFound, match=r"dataframe_records\[0\]\.request_id"):
        send(ann, "nobody", text_assessments=thumb("positive"))


def test_wrong_shape_names_the_field(client, ann, request_id):
    """And nothing of the call is written."""
    with pytest.raises(InvalidParameterValue, match=r"text_assessments\[1\]\.ratings"):
        send(ann, request_id, text_assessments=[*thumb("positive"), {"ratings": []}])

    assert rows(client, request_id, "request_id") == []


def test_reviewer_is_no_judge_of_another_kind(ann, request_id):
    """Who reads the quality of judges must be able to trust what is called one."""
    with pytest.raises(PermissionDenied, match=r"source\.type"):
        send(ann, request_id, source={"type": "llm judge"}, text_assessments=thumb("positive"))


def test_admin_brings_in_verdicts_of_others(client, request_id):
    """The fixtures' client is an admin's."""
    source = {"id": "bob@example.com", "type": "human"}

    send(client, request_id, source=source, text_assessments=thumb("positive"))

    assert rows(client, request_id, "source.id") == [["bob@example.com"]]


FULL = Verdict(
    request_id="",
    reviewer="ann@example.com",
    thumb=Thumb.NEGATIVE,
    reasons=frozenset({"too_long"}),
    comment="It's about something else.",
    corrected_answer="The right answer.",
    source_ratings=(SourceRating(0, Thumb.POSITIVE, "good"),),
    custom_answers={"politeness": 4, "topics": ("a", "b"), "is safe": True},
    expectations={"facts": "Section 4.3"},
    custom_comments={"politeness": "Very.", "facts": "It is there."},
    preference=Preference("pair-7", Choice.REJECTED),
)


def test_app_reads_back_what_it_submitted(client, ann, request_id):
    """All of a verdict, at once and from the tables, whether or not MLflow has it yet."""
    feedback = Feedback(ann, lambda: client)
    viewer = Identity(ann).viewer()
    verdict = Verdict(**vars(FULL) | {"request_id": request_id})

    feedback.submit(viewer, ENDPOINT, verdict)

    read = feedback.read(viewer, ENDPOINT, [request_id])
    (back,) = read.by_request[request_id]
    assert back == Verdict(**vars(verdict) | {"given_at": back.given_at})
    assert Store.TABLES not in read.missing


def test_reviewers_read_their_own_verdicts_only(client, ann, as_reviewer, request_id):
    """What others said is for analysts and admins."""
    send(ann, request_id, text_assessments=thumb("positive"))
    eve = as_reviewer("eve@example.com")

    theirs = Feedback(eve, lambda: client).read(Identity(eve).viewer(), ENDPOINT, [request_id])
    all_of_it = Feedback(client, lambda: client).read(
        Identity(client).viewer(), ENDPOINT, [request_id]
    )

    assert theirs.by_request == {}
    assert [each.reviewer for each in all_of_it.by_request[request_id]] == ["ann@example.com"]


def test_verdict_arrives_in_mlflow(client, ann, request_id):
    """Read from MLflow alone it is the same verdict, a second thought included."""
    feedback = Feedback(ann, lambda: client)
    viewer = Identity(ann).viewer()
    feedback.submit(viewer, ENDPOINT, Verdict(request_id, "ann@example.com", Thumb.POSITIVE))
    feedback.submit(viewer, ENDPOINT, Verdict(**vars(FULL) | {"request_id": request_id}))
    without_tables = Feedback(ann, _no_sql)

    def in_mlflow():
        found = without_tables.read(viewer, ENDPOINT, [request_id]).by_request
        return next(iter(found.get(request_id, [])), None)

    deadline = time.monotonic() + 30
    while (back := in_mlflow()) is None or back.thumb != Thumb.NEGATIVE:
        assert time.monotonic() < deadline, f"MLflow has {back}"
        time.sleep(0.2)
    assert (back.comment, back.reasons) == (FULL.comment, FULL.reasons)
    assert (back.corrected_answer, back.preference) == (FULL.corrected_answer, FULL.preference)
    assert back.custom_answers == FULL.custom_answers
    assert (back.expectations, back.custom_comments) == (FULL.expectations, FULL.custom_comments)
    assert [(each.position, each.thumb) for each in back.source_ratings] == [(0, "positive")]


def test_reviewers_are_asked_what_the_experiment_s_schemas_ask(client, ann, judged, monkeypatch):
    """Made with MLflow's own client by an admin; a reviewer has no right to read them there."""
    monkeypatch.setattr(schemas, "PATIENCE_SECONDS", 60)
    experiment = {tag.key: tag.value for tag in judged.tags}["MONITOR_EXPERIMENT_ID"]
    made = {
        "Is it polite?": InputPassFail("Polite", "Rude"),
        "Which part?": InputCategorical(["Leave", "Pay"], multi_select=True),
    }
    for name, kind in made.items():
        create_label_schema(
            name, type="feedback", input=kind, enable_comment=True, experiment_id=experiment
        )

    asked = schemas.LabelSchemas(ann).questions(Identity(ann).viewer(), ENDPOINT)

    assert [(each.name, each.kind, each.options) for each in asked] == [
        ("Is it polite?", "yes_or_no", ("Polite", "Rude")),
        ("Which part?", "some_of", ("Leave", "Pay")),
    ]


def _no_sql() -> WorkspaceClient:
    raise NotAllowed("This test asks MLflow alone.")
