"""A workspace for the official clients: one started here, or with WORKSPACE=real a real one."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
import openai
import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.iam import ComplexValue
from databricks.sdk.service.serving import EndpointCoreConfigInput, ServedEntityInput

from local_workspace import running_workspace
from tests.contract.jobs_process import app_variables
from tests.contract.logged import Logged, Person, asked_and_judged
from tests.registered_models import question, register


@pytest.fixture(scope="package")
def workspace(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The variables that lead the clients to a running workspace, set for the whole folder."""
    if os.environ.get("WORKSPACE") == "real":
        yield {name: os.environ[name] for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN")}
        return
    with (
        running_workspace(tmp_path_factory.mktemp("workspace")) as connection,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in (connection.environment | {"MLFLOW_DISABLE_TELEMETRY": "true"}).items():
            patch.setenv(name, value)
        mlflow.set_tracking_uri(connection.mlflow_tracking_uri)
        yield connection.environment


@pytest.fixture(scope="package")
def host(workspace) -> str:
    return workspace["DATABRICKS_HOST"]


@pytest.fixture(scope="package")
def token(workspace) -> str:
    return workspace["DATABRICKS_TOKEN"]


@pytest.fixture(scope="package")
def client(workspace) -> WorkspaceClient:
    """Databricks' own client, found from the environment as in a notebook."""
    return WorkspaceClient()


@pytest.fixture(scope="package")
def scripted(workspace) -> str:
    """The name of a registered model, version 1, that does what the question says."""
    register("main.contract.scripted", "chat_model", input_example=_EXAMPLE)
    return "main.contract.scripted"


@pytest.fixture(scope="package")
def endpoint(client, scripted) -> str:
    """The name of an endpoint that serves it; tests must leave it as it is."""
    create_endpoint(client, "contract", scripted)
    return "contract"


def create_endpoint(client: WorkspaceClient, name: str, model: str, version: int = 1, **more):
    """Create an endpoint of one version and wait until it is ready."""
    entity = ServedEntityInput(entity_name=model, entity_version=str(version), **more)
    config = EndpointCoreConfigInput(name=name, served_entities=[entity])
    return client.serving_endpoints.create_and_wait(name, config=config)


@pytest.fixture(scope="package")
def post(host, token):
    """Post to an endpoint's invocations and return the raw response."""

    def send(name, body, served=None, **options):
        part = f"/served-models/{served}" if served else ""
        url = f"{host}/serving-endpoints/{name}{part}/invocations"
        headers = {"Authorization": f"Bearer {token}"}
        return requests.post(url, json=body, headers=headers, timeout=60, **options)

    return send


@pytest.fixture(scope="package")
def openai_client(host, token):
    with openai.OpenAI(
        api_key=token, base_url=f"{host}/serving-endpoints", max_retries=0
    ) as client:
        yield client


def entity(model: str, version: int | str, **more) -> ServedEntityInput:
    return ServedEntityInput(entity_name=model, entity_version=str(version), **more)


def ask(client, name: str, text: str, served: str | None = None) -> str:
    part = f"/served-models/{served}" if served else ""
    path = f"/serving-endpoints/{name}{part}/invocations"
    answer = client.api_client.do("POST", path, body=question(text))
    return answer["choices"][0]["message"]["content"]


@pytest.fixture(scope="package")
def as_person(client, host):
    """Return a client with the token of a person in this group."""

    def sign_in(group: str) -> WorkspaceClient:
        name = f"{group}@example.com"
        if name not in [user.user_name for user in client.users.list()]:
            ids = {each.display_name: each.id for each in client.groups.list()}
            client.users.create(user_name=name, groups=[ComplexValue(value=ids[group])])
        code = client.api_client.do("POST", "/__local__/sign-in-codes", body={"user_name": name})[
            "code"
        ]
        form = {"grant_type": "authorization_code", "code": code}
        answer = requests.post(f"{host}/oidc/v1/token", data=form, timeout=30)
        token = answer.json()["access_token"]
        return WorkspaceClient(config=Config(host=host, token=token, auth_type="pat"))

    return sign_in


@pytest.fixture(scope="package")
def as_app(workspace, host) -> WorkspaceClient:
    """The workspace as the app's own service principal, which has no rights by itself."""
    token = app_variables(dict(workspace))["DATABRICKS_TOKEN"]
    return WorkspaceClient(config=Config(host=host, token=token, auth_type="pat"))


@contextmanager
def keeping_the_registry() -> Iterator[None]:
    """Undo what is set in here; MLflow keeps it in the environment, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_REGISTRY_URI", "")
        yield
        mlflow.set_registry_uri("")


@pytest.fixture(autouse=True)
def _mlflow_speaks_to_the_workspace(workspace) -> None:
    """Other tests may have led MLflow's client, which is one per process, somewhere else."""
    if uri := workspace.get("MLFLOW_TRACKING_URI"):
        mlflow.set_tracking_uri(uri)


@pytest.fixture(autouse=True)
def _clients_warn() -> Iterator[None]:
    """The clients' own deprecation warnings are theirs to mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", UserWarning)
        # The clients leave sockets to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        yield


_EXAMPLE = {"messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture(scope="package")
def logged(client, as_person, as_app, workspace) -> Logged:
    """A chain with tables that people have asked and judged; tests may ask it more."""
    admin, rita, ana = (
        Person(each, as_app) for each in (client, as_person("reviewers"), as_person("analysts"))
    )
    return Logged(admin, rita, ana, asked_and_judged(client, admin, rita))
