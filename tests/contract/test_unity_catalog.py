"""Models registered with `databricks-uc`, through MLflow's own client and Databricks' Files API."""

import io

import mlflow
import pytest
import requests
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.errors import NotImplemented as NotImplementedBySdk
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from backend.agents import deploy
from tests.contract.conftest import create_endpoint, keeping_the_registry
from tests.registered_models import question, register

CATALOG = "/api/2.0/mlflow/unity-catalog"


@pytest.fixture(scope="module")
def catalog(workspace):
    """The registry is Unity Catalog's for as long as these tests run."""
    with keeping_the_registry():
        mlflow.set_registry_uri("databricks-uc")
        yield MlflowClient()


@pytest.fixture(scope="module")
def plain(workspace):
    return MlflowClient(registry_uri=mlflow.get_tracking_uri())


@pytest.fixture(scope="module")
def chain(catalog) -> str:
    """A model with one version that came through Unity Catalog's protocol."""
    register("main.unity.chain", "chat_model", input_example=question("hello"))
    return "main.unity.chain"


@pytest.fixture(scope="module")
def pending(client, catalog):
    """Return the name of a model whose version 1 waits for its files."""

    def begin(name: str) -> str:
        full = f"main.unity.{name}"
        body = {"name": full, "source": "elsewhere:/model"}
        client.api_client.do("POST", f"{CATALOG}/registered-models/create", body={"name": full})
        client.api_client.do("POST", f"{CATALOG}/model-versions/create", body=body)
        return full

    return begin


def test_version_is_the_same_in_both_registries(catalog, plain, chain):
    """Number, run and files agree; tags that are the workspace's own stay out of the catalog."""
    ours, theirs = catalog.get_model_version(chain, "1"), plain.get_model_version(chain, "1")

    assert (ours.version, ours.run_id, ours.status) == (theirs.version, theirs.run_id, "READY")
    assert ours.tags == {}
    assert catalog.get_logged_model(ours.model_id).source_run_id == ours.run_id
    uri = f"models:/{chain}/1"
    asked = question("say this")
    answers = []
    for registry in ("databricks-uc", mlflow.get_tracking_uri()):
        mlflow.set_registry_uri(registry)
        answers.append(mlflow.pyfunc.load_model(uri).predict(asked)["choices"][0]["message"])
    mlflow.set_registry_uri("databricks-uc")
    assert answers[0] == answers[1]


def test_version_registered_with_plain_mlflow_is_read_through_the_catalog(catalog, scripted):
    """The other way round, by number and by alias."""
    catalog.set_registered_model_alias(scripted, "champion", "1")
    try:
        loaded = mlflow.pyfunc.load_model(f"models:/{scripted}@champion")
        assert catalog.get_model_version_by_alias(scripted, "champion").aliases == ["champion"]
    finally:
        catalog.delete_registered_model_alias(scripted, "champion")

    assert loaded.predict(question("hi"))["choices"]


def test_deploy_works_with_the_registry_set_to_the_catalog(client, chain):
    """deploy() tries the model through the Files API, the workspace fetches what was uploaded."""
    deployment = deploy(chain, 1)

    client.serving_endpoints.wait_get_serving_endpoint_not_updating(deployment.endpoint_name)
    answer = client.api_client.do(
        "POST", f"/serving-endpoints/{deployment.endpoint_name}/invocations", body=question("hey")
    )
    assert answer["choices"][0]["message"]["content"] == "hey"


def test_copied_version_is_registered_under_the_other_name(catalog, chain):
    """Promoting a model from one name to another keeps its run."""
    copied = catalog.copy_model_version(f"models:/{chain}/1", "main.unity.copied")

    assert copied.run_id == catalog.get_model_version(chain, "1").run_id
    assert copied.source == f"models:/{chain}/1"
    assert mlflow.pyfunc.load_model("models:/main.unity.copied/1")


def test_models_and_versions_are_found_described_tagged_renamed_and_deleted(catalog, chain):
    """Everything else the client knows to do with a registry."""
    catalog.copy_model_version(f"models:/{chain}/1", "main.unity.kept")
    catalog.update_registered_model("main.unity.kept", "about it")
    catalog.update_model_version("main.unity.kept", "1", "the first")
    catalog.set_registered_model_tag("main.unity.kept", "team", "a")
    catalog.set_model_version_tag("main.unity.kept", "1", "ready", "yes")
    model = catalog.get_registered_model("main.unity.kept")
    version = catalog.get_model_version("main.unity.kept", "1")
    assert (model.description, model.tags) == ("about it", {"team": "a"})
    assert (version.description, version.tags) == ("the first", {"ready": "yes"})
    found = catalog.search_model_versions("name='main.unity.kept'")
    assert [each.version for each in found] == ["1"]

    catalog.delete_registered_model_tag("main.unity.kept", "team")
    catalog.delete_model_version_tag("main.unity.kept", "1", "ready")
    catalog.rename_registered_model("main.unity.kept", "main.unity.renamed")
    names = [each.name for each in catalog.search_registered_models()]
    assert "main.unity.renamed" in names
    assert "main.unity.kept" not in names
    assert catalog.get_model_version("main.unity.renamed", "1").tags == {}

    catalog.delete_model_version("main.unity.renamed", "1")
    catalog.delete_registered_model("main.unity.renamed")
    with pytest.raises(MlflowException, match="not found"):
        catalog.get_registered_model("main.unity.renamed")


def test_download_uri_is_the_place_in_mlflow_s_store(catalog, chain):
    """Plain MLflow reads the files there."""
    uri = catalog.get_model_version_download_uri(chain, "1")

    assert uri.startswith("mlflow-artifacts:/")
    assert "artifacts/MLmodel" in [
        each.path for each in mlflow.artifacts.list_artifacts(artifact_uri=uri)
    ]


def test_name_without_three_levels_is_refused_with_the_client_s_own_hint(catalog):
    """The client recognises the sentence and adds where such a model belongs."""
    with pytest.raises(MlflowException, match="legacy Workspace Model Registry"):
        catalog.create_registered_model("flat")


def test_reviewer_may_not_use_the_catalog(as_person, chain):
    """The registry and its files are open to whoever may use MLflow, and to nobody else."""
    reviewer = as_person("reviewers")
    routes = (
        ("GET", f"{CATALOG}/registered-models/search"),
        ("GET", "/api/2.0/fs/directories/Models/main/unity/chain/1"),
        ("GET", "/api/2.0/fs/files/Models/main/unity/chain/1/MLmodel"),
        ("PUT", "/api/2.0/fs/files/Models/main/unity/chain/1/MLmodel"),
    )
    for method, path in routes:
        with pytest.raises(PermissionDenied, match="may not use MLflow"):
            reviewer.api_client.do(method, path)


def test_version_is_pending_until_it_is_finalized(client, catalog, pending):
    """What a client that died has left behind is neither served nor taken for complete."""
    name = pending("halfway")

    assert catalog.get_model_version(name, "1").status == "PENDING_REGISTRATION"
    with pytest.raises(BadRequest, match="PENDING_REGISTRATION, not READY"):
        create_endpoint(client, "halfway", name)
    with pytest.raises(BadRequest, match="no MLmodel file"):
        client.api_client.do(
            "POST", f"{CATALOG}/model-versions/finalize", body={"name": name, "version": "1"}
        )


def test_files_are_uploaded_listed_and_downloaded_until_the_version_is_ready(client, pending):
    """The Files API of the official client, files and folders; ready files stay as they are."""
    name = pending("files")
    root = f"/Models/{name.replace('.', '/')}/1"
    client.files.upload(f"{root}/MLmodel", io.BytesIO(b"flavors: {}\n"))
    for number in range(3):
        client.files.upload(f"{root}/data/part {number}.txt", io.BytesIO(b"x" * number))
    with pytest.raises(Exception, match="already a file"):
        client.files.upload(f"{root}/MLmodel", io.BytesIO(b""), overwrite=False)

    listed = {each.name: each for each in client.files.list_directory_contents(root)}
    assert listed["MLmodel"].file_size == 12
    assert listed["data"].is_directory
    pages = client.files.list_directory_contents(f"{root}/data", page_size=2)
    assert [each.path for each in pages] == [f"{root}/data/part {each}.txt" for each in range(3)]
    download = client.files.download(f"{root}/data/part 2.txt")
    assert download.contents.read() == b"xx"
    assert (download.content_length, bool(download.last_modified)) == (2, True)
    assert client.files.get_metadata(f"{root}/MLmodel").content_length == 12
    for missing in (f"{root}/nothing", f"{root}/MLmodel", "/Models/main/unity/nobody/1"):
        with pytest.raises(NotFound):
            client.files.get_directory_metadata(missing)

    finalize = {"name": name, "version": "1"}
    for _ in range(2):
        client.api_client.do("POST", f"{CATALOG}/model-versions/finalize", body=finalize)
    with pytest.raises(BadRequest, match="cannot be changed"):
        client.files.upload(f"{root}/MLmodel", io.BytesIO(b"flavors: {other: {}}\n"))


def test_large_file_arrives_whole(client, pending):
    """From 50 MB on the client would send parts; it is led to send the file in one stream."""
    path = f"/Models/{pending('large').replace('.', '/')}/1/weights.bin"
    weights = bytes(range(256)) * 4096 * 55

    client.files.upload(path, io.BytesIO(weights))

    assert client.files.download(path).contents.read() == weights


@pytest.fixture(scope="module")
def open_version(pending) -> str:
    """The address of a version's files that may be read and written."""
    return f"/api/2.0/fs/files/Models/{pending('open').replace('.', '/')}/1"


@pytest.mark.parametrize(
    "path",
    [
        "/../../../secret",
        "/%2e%2e/%2e%2e/secret",
        "/..%2f..%2fsecret",
        "/%252e%252e%252fsecret",
        "/a%5c..%5csecret",
        "/a%00b",
        "//secret",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_path_that_leads_elsewhere_is_refused(host, token, open_version, method, path):
    """Whoever may use the registry reads a version's files and nothing beside them."""
    request = requests.Request(method, host, headers={"Authorization": f"Bearer {token}"})
    prepared = request.prepare()
    # As it is: requests would tidy it up.
    prepared.url = f"{host}{open_version}{path}"
    with requests.Session() as session:
        answer = session.send(prepared, timeout=30)

    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"


def test_credentials_of_a_cloud_are_an_honest_501(client, chain):
    """There is no cloud storage; the sentence says how files are reached."""
    body = {"name": chain, "version": "1", "operation": "MODEL_VERSION_OPERATION_READ"}
    with pytest.raises(NotImplementedBySdk, match="Files API"):
        client.api_client.do(
            "POST", f"{CATALOG}/model-versions/generate-temporary-credentials", body=body
        )


def test_prompts_of_the_catalog_are_refused_by_name(client):
    """What Unity Catalog can do and the workspace cannot is a 501, never a page of HTML."""
    with pytest.raises(NotImplementedBySdk, match="unity-catalog/prompts"):
        client.api_client.do("GET", f"{CATALOG}/prompts")


def test_lineage_is_accepted(client, chain):
    """Clients tell it with every download; there is nothing here to keep it in."""
    assert client.api_client.do("POST", f"{CATALOG}/model-versions/emit-lineage", body={}) == {}
