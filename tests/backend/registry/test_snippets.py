"""Snippets: right for the kind of the model, valid code, and without any token."""

import ast
import json
import shlex

import pytest

from backend.registry.contents import Contents, Part, Signature
from backend.registry.record import Version
from backend.registry.snippets import request_body, to_ask, to_load

VERSION = Version("main.rag.chain", "3")
HOST = "https://workspace.example.com"
TABLE = {"dataframe_split": {"columns": ["question"], "data": [["What's a GRB?"]]}}
MESSAGES = {"messages": [{"role": "user", "content": "What's a GRB?"}]}


def _contents(*names, task="", request=None):
    parts = tuple(Part(name, "text") for name in names)
    return Contents(signature=Signature(parts), task=task, request=request or {})


@pytest.mark.parametrize(
    ("contents", "key"),
    [
        (_contents("messages", task="agent/v2/chat"), "messages"),
        (_contents("messages"), "messages"),
        (_contents("input", task="agent/v1/responses"), "input"),
        (_contents("question", "user"), "dataframe_split"),
        (_contents(""), "inputs"),
        (Contents(), "inputs"),
        (_contents("messages", request=TABLE), "dataframe_split"),
    ],
)
def test_question_has_the_form_the_model_takes(contents, key):
    """Its own example, where it was logged with one, is better than any guess."""
    assert list(request_body(contents)) == [key]


@pytest.mark.parametrize("request_", [MESSAGES, TABLE, {"input": MESSAGES["messages"]}])
def test_every_snippet_in_python_is_python(request_):
    """Whoever copies one can run it."""
    contents = _contents(request=request_)
    found = [*to_load(VERSION, contents, True), *to_ask(contents, HOST, "chain")]

    for each in found:
        if each.language == "python":
            ast.parse(each.code)
    assert not [each for each in found if "dapi" in each.code]


def test_curl_survives_a_quote_in_the_question():
    """What the shell makes of it is the same JSON."""
    curl = to_ask(_contents(request=TABLE), HOST, "chain")[0].code

    words = shlex.split(curl.replace("\\\n", ""))
    assert json.loads(words[-1]) == TABLE
    assert f"{HOST}/serving-endpoints/chain/invocations" in words
    assert "Authorization: Bearer $DATABRICKS_TOKEN" in words


def test_openai_client_is_for_chats_only():
    """A table has no messages."""
    titles = {
        "messages": [each.title for each in to_ask(_contents(request=MESSAGES), HOST, "chain")],
        "table": [each.title for each in to_ask(_contents(request=TABLE), HOST, "chain")],
    }

    assert "OpenAI client" in titles["messages"]
    assert "OpenAI client" not in titles["table"]


def test_version_without_all_questions_is_asked_by_its_own_name():
    """Otherwise another version might answer."""
    found = to_ask(_contents(request=MESSAGES), HOST, "chain", "chain_3")

    assert [each.title for each in found] == ["curl", "Python"]
    assert all("/served-models/chain_3/invocations" in each.code for each in found)


def test_version_of_a_catalog_is_loaded_from_there():
    """MLflow has to be told."""
    in_catalog, elsewhere = (to_load(VERSION, Contents(), each)[0].code for each in (True, False))

    assert 'set_registry_uri("databricks-uc")' in in_catalog
    assert "set_registry_uri" not in elsewhere
    assert '"models:/main.rag.chain/3"' in elsewhere
