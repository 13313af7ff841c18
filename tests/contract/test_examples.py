"""The five examples and their two helpers, deployed by the demo and asked by every client."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import openai
import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.serving import DataframeSplitInput
from databricks_langchain import ChatDatabricks
from mlflow.deployments import get_deploy_client

from local_workspace.demo import demo as fill_workspace
from tests.registered_models import question

PROJECT = Path(__file__).parents[2]
ASKED = "What is a gamma-ray burst?"
CHAT = [
    "agents_demo-handbook-hello_world",
    "agents_demo-handbook-oracle",
    "agents_demo-handbook-judge",
    "agents_demo-handbook-chat_model",
    "agents_demo-handbook-chat_agent",
    "agents_demo-handbook-responses_agent",
]
RAG = "agents_demo-handbook-rag_pyfunc"
RESPONSES = "agents_demo-handbook-responses_agent"


@pytest.fixture(scope="module")
def demo(workspace) -> float:
    """Deploy every example as the demo does; returns how long a second time takes."""
    command = [sys.executable, "-m", "examples"]
    environment = os.environ | workspace
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, timeout=300)
    started = time.monotonic()
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, timeout=60)
    return time.monotonic() - started


def body_for(name: str, **more) -> dict:
    """Return a question in the shape the endpoint's model takes."""
    if name == RAG:
        return {"dataframe_split": {"columns": ["question"], "data": [[ASKED]]}, **more}
    if name == RESPONSES:
        return {"input": [{"role": "user", "content": ASKED}], **more}
    return question(ASKED, **more)


def test_second_demo_changes_nothing(demo, client):
    """Deploying unchanged examples again is quick and adds no version."""
    versions = {
        entity.entity_version
        for name in [*CHAT, RAG]
        for entity in client.serving_endpoints.get(name).config.served_entities
    }

    assert demo < 5
    assert versions == {"1"}


def test_demo_prints_a_sign_in_link_for_each_role(demo, workspace, host, capsys):
    """Each link is a code that becomes a person's token; reviewers find the five examples."""
    connection = {
        "host": host,
        "token": workspace["DATABRICKS_TOKEN"],
        "mlflow_tracking_uri": workspace["MLFLOW_TRACKING_URI"],
    }
    assert fill_workspace(connection, "http://127.0.0.1:8501") == 0

    codes = re.findall(r"(\w+): +\S+/sign-in\?code=(\S+)", capsys.readouterr().out)
    people = {}
    for role, code in codes:
        form = {"grant_type": "authorization_code", "code": code}
        token = requests.post(f"{host}/oidc/v1/token", data=form, timeout=30).json()
        config = Config(host=host, token=token["access_token"], auth_type="pat")
        people[role] = WorkspaceClient(config=config)
    groups = {role: each.current_user.me().groups for role, each in people.items()}
    assert {role: group[0].display for role, group in groups.items()} == {
        "Reviewer": "reviewers",
        "Analyst": "analysts",
        "Admin": "admins",
    }
    seen = {each.name for each in people["Reviewer"].serving_endpoints.list()}
    assert seen & {*CHAT, RAG} == {*CHAT, RAG} - {CHAT[1], CHAT[2]}


@pytest.mark.parametrize("name", [*CHAT, RAG])
def test_mlflow_client_gets_an_answer_with_its_trace(demo, name):
    """MLflow's deployment client asks every example; the trace has one root span."""
    options = {"databricks_options": {"return_trace": True}}

    answer = get_deploy_client("databricks").predict(endpoint=name, inputs=body_for(name) | options)

    assert "burst" in json.dumps({k: v for k, v in answer.items() if k != "databricks_output"})
    spans = answer["databricks_output"]["trace"]["data"]["spans"]
    assert len([span for span in spans if not span.get("parent_span_id")]) == 1


@pytest.mark.parametrize("name", [*CHAT, RAG])
def test_mlflow_client_streams(demo, name):
    """Every example streams; one that cannot answers as one chunk; the id comes last."""
    deployments = get_deploy_client("databricks")

    chunks = list(deployments.predict_stream(endpoint=name, inputs=body_for(name)))

    assert "burst" in json.dumps(chunks)
    assert chunks[-1]["databricks_output"]["databricks_request_id"]


@pytest.mark.parametrize("name", CHAT)
def test_chat_databricks_asks_every_chat_example(demo, name):
    """ChatDatabricks, whatever the model's own interface is, gets and streams text."""
    chat = ChatDatabricks(endpoint=name)

    assert "burst" in str(chat.invoke(ASKED).content)
    assert "burst" in "".join(str(each.content) for each in chat.stream(ASKED))


@pytest.mark.parametrize("name", CHAT)
def test_openai_client_asks_every_chat_example(demo, openai_client, name):
    """OpenAI's chat completions work on every chat example, whole and streamed."""
    messages = [{"role": "user", "content": ASKED}]

    whole = openai_client.chat.completions.create(model=name, messages=messages)
    stream = openai_client.chat.completions.create(model=name, messages=messages, stream=True)

    text = "".join(c.choices[0].delta.content or "" for c in stream if c.choices)
    assert "burst" in whole.choices[0].message.content
    assert "burst" in text


def test_openai_responses_work_on_a_responses_agent(demo, openai_client):
    """OpenAI's responses route works with a text input, whole and streamed."""
    whole = openai_client.responses.create(model=RESPONSES, input=ASKED)
    events = list(openai_client.responses.create(model=RESPONSES, input=ASKED, stream=True))

    assert "burst" in whole.output_text
    assert any(event.type == "response.output_text.delta" for event in events)
    completed = [event for event in events if event.type == "response.completed"]
    assert "burst" in completed[0].response.output_text


def test_chat_databricks_speaks_the_responses_api(demo):
    """ChatDatabricks(use_responses_api=True) works on a responses agent."""
    chat = ChatDatabricks(endpoint=RESPONSES, use_responses_api=True)

    assert "burst" in json.dumps(chat.invoke(ASKED).content)


def test_responses_on_another_interface_is_refused_with_a_sentence(demo, openai_client):
    """An endpoint that does not speak the Responses API says which route to use."""
    with pytest.raises(openai.BadRequestError, match="chat/completions"):
        openai_client.responses.create(model=CHAT[0], input=ASKED)


def test_sdk_asks_the_table_model_by_columns(demo, client):
    """databricks-sdk's query sends dataframe_split and reads predictions, as seed 2 does."""
    split = DataframeSplitInput(columns=["question"], data=[[ASKED]])

    answer = client.serving_endpoints.query(RAG, dataframe_split=split)

    (prediction,) = answer.predictions
    assert set(prediction) >= {"answer", "sources", "num_docs"}


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_records": [{"question": ASKED}]},
        {"inputs": {"question": [ASKED]}},
        {"instances": [{"question": ASKED}]},
    ],
    ids=lambda body: next(iter(body)),
)
def test_every_tabular_form_is_understood(demo, client, body):
    """The table model answers each form MLflow's parser knows."""
    answer = client.api_client.do("POST", f"/serving-endpoints/{RAG}/invocations", body=body)

    assert answer["predictions"][0]["answer"]


def test_table_model_takes_csv(demo, host, token):
    """Content types other than JSON are MLflow's to read as well."""
    response = requests.post(
        f"{host}/serving-endpoints/{RAG}/invocations",
        data=f"question\n{ASKED}\n",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv"},
        timeout=30,
    )

    assert response.json()["predictions"][0]["num_docs"] > 0


def test_chat_model_s_calls_to_other_endpoints_are_its_own(demo, client):
    """Seed 4's get_deploy_client inside the chain works, with the version's own narrow token."""
    answer = client.api_client.do(
        "POST",
        "/serving-endpoints/agents_demo-handbook-chat_model/invocations",
        body=question(ASKED, databricks_options={"return_trace": True}),
    )

    names = [span["name"] for span in answer["databricks_output"]["trace"]["data"]["spans"]]
    assert "Raw Agent Response" in names


def test_retrievers_leave_documents_with_uris_in_the_trace(demo, client):
    """Retrieval is a RETRIEVER span whose documents have stable addresses."""
    for name in (RAG, RESPONSES):
        body = body_for(name, databricks_options={"return_trace": True})
        answer = client.api_client.do("POST", f"/serving-endpoints/{name}/invocations", body=body)

        spans = answer["databricks_output"]["trace"]["data"]["spans"]
        retrievals = [s for s in spans if "RETRIEVER" in s["attributes"]["mlflow.spanType"]]
        assert "handbook://" in retrievals[0]["attributes"]["mlflow.spanOutputs"]


def test_agent_s_printed_links_lead_to_the_app(demo, host):
    """The addresses deploy() prints are redirected to the app."""
    for path in (f"/ml/review-v2/chat?endpoint={RAG}", f"/ml/endpoints/{RAG}/"):
        response = requests.get(host + path, allow_redirects=False, timeout=30)

        assert response.status_code in (302, 303, 307)
        assert response.headers["location"].startswith("http://127.0.0.1:8501/")
        assert RAG in response.headers["location"]
