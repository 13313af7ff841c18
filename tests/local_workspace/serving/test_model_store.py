"""What a model version's MLmodel file tells the workspace."""

import pytest
import yaml

from local_workspace.serving.model_store import read_model


@pytest.fixture
def model_with(tmp_path):
    """Write a model folder with this MLmodel content and read it."""

    def write(content, requirements=None):
        (tmp_path / "MLmodel").write_text(yaml.safe_dump(content))
        if requirements is not None:
            (tmp_path / "requirements.txt").write_text(requirements)
        return read_model(tmp_path)

    return write


def test_declared_endpoints_may_be_queried(model_with):
    """Of the declared resources the serving endpoints are the model's to ask."""
    resources = {
        "api_version": "1",
        "databricks": {
            "serving_endpoint": [{"name": "llm"}, {"name": "embedder"}],
            "vector_search_index": [{"name": "main.index"}],
        },
    }

    assert model_with({"resources": resources}).queried_endpoints == ["llm", "embedder"]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"resources": None},
        {"resources": {"databricks": None}},
        {"resources": {"databricks": {}}},
    ],
)
def test_model_without_resources_may_query_nothing(model_with, content):
    """What is not declared is not granted."""
    assert model_with(content | {"flavors": {}}).queried_endpoints == []


@pytest.mark.parametrize(
    ("content", "task"),
    [
        ({"metadata": {"task": "agent/v2/chat"}}, "agent/v2/chat"),
        ({"metadata": {}}, None),
        ({"metadata": None}, None),
        ({"flavors": {}}, None),
    ],
)
def test_task_is_what_mlflow_recorded(model_with, content, task):
    """A model without a recorded interface has none."""
    assert model_with(content).task == task


def test_identity_flavour_and_requirements_are_read(model_with):
    """The logged model's id, its flavour and its pip requirements are known."""
    model = model_with({"model_id": "m-1", "flavors": {"langchain": {}}}, "mlflow==3\n")

    assert (model.model_id, model.is_langchain, model.requirements) == ("m-1", True, "mlflow==3\n")


def test_missing_identity_flavour_and_requirements_are_no_obstacle(model_with):
    """Models of older MLflow versions have neither."""
    model = model_with({"flavors": {"python_function": {}}})

    assert (model.model_id, model.is_langchain, model.requirements) == (None, False, "")
