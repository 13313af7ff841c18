"""The tutorial people start with runs here as they copy it."""

import inspect
import re
import warnings
from pathlib import Path

import mlflow
import pytest

from tests.contract.conftest import keeping_the_registry
from tests.registered_models import CHAINS, question

TUTORIAL = Path(__file__).with_name("tutorial.txt")
NAME = "test_catalog.schema.chain_name"
# MLflow 3 has no such argument any more: examples are kept as they are.
REMOVED = "    example_no_conversion=True, # Required to enable \n"


@pytest.fixture(scope="module")
def tutorial(workspace, tmp_path_factory):
    """What the tutorial's blocks leave behind when they are run one after the other."""
    config = tmp_path_factory.mktemp("tutorial") / "config.yml"
    config.write_text("greeting: Good morning\n")
    replaced = {
        "/Workspace/Users/first.last/chain.py": str(CHAINS / "hello_world.py"),
        "/Workspace/Users/first.last/config.yml": str(config),
        "from databricks.agents import deploy": "from backend.agents import deploy",
        REMOVED: "",
    }
    text = TUTORIAL.read_text()
    for old, new in replaced.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    left: dict = {}
    mlflow.set_experiment("/tutorial")
    with keeping_the_registry():
        with warnings.catch_warnings():
            # MLflow and LangChain warn of themselves while they are imported and used.
            warnings.simplefilter("ignore")
            for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
                exec(block, left)
        yield left


def test_deployed_chain_answers_with_its_configuration(tutorial, client, post):
    """Logged from a path, registered in Unity Catalog, deployed and asked."""
    deployment = tutorial["deployment"]
    client.serving_endpoints.wait_get_serving_endpoint_not_updating(deployment.endpoint_name)

    answer = post(deployment.endpoint_name, question("What is Retrieval-augmented Generation?"))

    said = "Good morning, you asked: What is Retrieval-augmented Generation?"
    assert answer.status_code == 200
    assert said in answer.text


def test_addresses_the_tutorial_prints_are_there(tutorial, host):
    """Both links and the message made of them have what the tutorial's reader expects."""
    deployment, printed = tutorial["deployment"], tutorial["parse_deployment_info"]

    assert deployment.query_endpoint.startswith(
        f"{host}/serving-endpoints/{deployment.endpoint_name}"
    )
    assert deployment.rag_app_url.startswith(f"{host}/ml/review-v2/chat")
    assert f"Deployment of {NAME} version 1 initiated." in printed(deployment)


def test_plain_registry_has_the_tutorial_s_version(tutorial):
    """One registry, two protocols."""
    plain = mlflow.MlflowClient(registry_uri=mlflow.get_tracking_uri())

    version = plain.get_model_version(NAME, tutorial["uc_model_info"].version)

    assert version.run_id == tutorial["logged_chain_info"].run_id


def test_only_argument_left_out_is_one_that_mlflow_has_removed():
    """What is changed of the tutorial besides the import is nothing this workspace could mend."""
    assert "example_no_conversion" not in inspect.signature(mlflow.langchain.log_model).parameters
