"""The document of an endpoint follows the signatures models are really logged with."""

import pytest
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.agent import CHAT_AGENT_INPUT_SCHEMA, CHAT_AGENT_OUTPUT_SCHEMA
from mlflow.types.llm import CHAT_MODEL_INPUT_SCHEMA, CHAT_MODEL_OUTPUT_SCHEMA
from mlflow.types.responses import RESPONSES_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_OUTPUT_SCHEMA
from mlflow.types.schema import Array, Map, Object, Property

from local_workspace.serving import openapi


def signature(inputs, outputs=None):
    """Return a signature as the MLmodel file has it."""
    return ModelSignature(inputs=inputs, outputs=outputs).to_dict()


def schemas(logged):
    """Return the schema of the request and of the answer of a model with this signature."""
    document = openapi.document("chain", {"v1": logged})
    operation = document["paths"]["/serving-endpoints/chain/invocations"]["post"]
    request = operation["requestBody"]["content"]["application/json"]["schema"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return request, answer


def test_every_version_has_its_address_and_the_split_has_one():
    """Each served version is described by its own signature, the split by the first."""
    table = signature(Schema([ColSpec(DataType.double, "x")]))
    document = openapi.document("chain", {"v1": table, "v2": None})

    paths = document["paths"]
    assert list(paths) == [
        "/serving-endpoints/chain/invocations",
        "/serving-endpoints/chain/served-models/v1/invocations",
        "/serving-endpoints/chain/served-models/v2/invocations",
    ]
    assert paths["/serving-endpoints/chain/invocations"] == list(paths.values())[1]
    assert list(paths.values())[1] != list(paths.values())[2]


def test_endpoint_that_serves_nothing_yet_has_a_document():
    """Before the first version is up the address is known, and nothing more."""
    document = openapi.document("chain", {})

    assert list(document["paths"]) == ["/serving-endpoints/chain/invocations"]


@pytest.mark.parametrize(
    ("inputs", "outputs", "asked", "answered"),
    [
        (CHAT_MODEL_INPUT_SCHEMA, CHAT_MODEL_OUTPUT_SCHEMA, "messages", "choices"),
        (CHAT_AGENT_INPUT_SCHEMA, CHAT_AGENT_OUTPUT_SCHEMA, "messages", "messages"),
        (RESPONSES_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_OUTPUT_SCHEMA, "input", "output"),
    ],
    ids=["ChatModel", "ChatAgent", "ResponsesAgent"],
)
def test_interfaces_of_mlflow_are_asked_as_they_are(inputs, outputs, asked, answered):
    """Messages and inputs are sent bare, and what is required says so."""
    request, answer = schemas(signature(inputs, outputs))

    assert request["type"] == "object"
    assert request["properties"][asked]["type"] == "array"
    assert asked in request["required"]
    assert answered in answer["properties"]


def test_signature_of_a_logged_agent_is_read_as_the_model_file_has_it():
    """Optional fields of a ResponsesAgent's answer stay optional."""
    _, answer = schemas(signature(RESPONSES_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_OUTPUT_SCHEMA))

    assert answer["properties"]["id"] == {"type": "string"}
    assert "output" in answer["required"]
    assert "id" not in answer["required"]


def test_messages_of_a_chat_model_are_described_to_the_last_field():
    """Nested objects, lists and maps are followed."""
    request, _ = schemas(signature(CHAT_MODEL_INPUT_SCHEMA, CHAT_MODEL_OUTPUT_SCHEMA))

    message = request["properties"]["messages"]["items"]
    assert message["properties"]["content"] == {"type": "string"}
    assert "role" in message["required"]
    assert request["properties"]["temperature"]["type"] == "number"


def test_columns_of_a_table_are_asked_for_in_both_ways_mlflow_reads_them():
    """A dataframe is sent split or as records."""
    columns = [
        ColSpec(DataType.double, "x"),
        ColSpec(DataType.string, "note", required=False),
        ColSpec(DataType.datetime, "when"),
    ]
    request, answer = schemas(signature(Schema(columns), Schema([ColSpec(DataType.long)])))

    split, records = request["oneOf"]
    assert set(split["properties"]["dataframe_split"]["properties"]) == {"columns", "data"}
    record = records["properties"]["dataframe_records"]["items"]
    assert record["properties"]["x"] == {"type": "number", "format": "double"}
    assert record["properties"]["when"] == {"type": "string", "format": "date-time"}
    assert record["required"] == ["x", "when"]
    assert answer == {}


def test_nested_types_are_described():
    """Arrays, objects and maps inside a column keep their shape."""
    nested = Schema(
        [
            ColSpec(Array(Object([Property("z", DataType.float)])), "bursts"),
            ColSpec(Map(DataType.boolean), "flags"),
        ]
    )
    request, _ = schemas(signature(nested))

    record = request["oneOf"][1]["properties"]["dataframe_records"]["items"]
    assert record["properties"]["bursts"]["items"]["properties"]["z"]["format"] == "float"
    assert record["properties"]["flags"]["additionalProperties"] == {"type": "boolean"}


def test_model_without_a_signature_takes_any_object():
    """What nobody recorded is not invented."""
    request, answer = schemas(None)

    assert request == {"type": "object", "properties": {}}
    assert answer == {}
