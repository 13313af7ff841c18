"""A version gets its own token and secrets, which no log shows, and as many places as it asked."""

import asyncio
import json

import pytest

from local_workspace.errors import InvalidParameter
from local_workspace.serving.endpoint import ServedEntity
from local_workspace.serving.model_starter import ModelStarter, concurrency_of
from local_workspace.serving.model_store import StoredModel
from local_workspace.serving.secrets import Secrets
from local_workspace.serving.worker_log import WorkerLog

SECRET, TOKEN = "hunter2-hunter2", "dapi-the-versions-own"


class Parts:
    """The files, the environments and the tokens of a workspace, made up."""

    def __init__(self, folder):
        self.model = StoredModel(
            folder,
            {
                "model_id": "m-1",
                "resources": {"databricks": {"serving_endpoint": [{"name": "llm"}]}},
            },
        )
        self.launched = []
        self.issued = []

    async def fetch(self, entity, log):
        """Return the model's files."""
        return self.model

    async def launcher_for(self, model, variables, log):
        """Return what starts processes."""
        return self

    async def launch(self, spec, log, preload):
        """Note what would have been started."""
        self.launched.append(spec)

    def issue_served_version_token(self, name, queryable):
        """Note for whom, and for what, a token was issued."""
        self.issued.append((name, list(queryable)))
        return TOKEN


@pytest.fixture
def prepared(tmp_path):
    """Prepare and launch a version with these variables; return the parts and both logs."""

    def prepare(**variables):
        secrets = tmp_path / "secrets.json"
        secrets.touch(mode=0o600)
        secrets.write_text(json.dumps({"models": {"key": SECRET}}))
        parts = Parts(tmp_path)
        url, scratch = "http://127.0.0.1:8400", tmp_path / "scratch"
        starter = ModelStarter(parts, parts, Secrets(secrets), parts, url, scratch)
        build_log, log = (WorkerLog(tmp_path / name) for name in ("build.log", "v1.log"))
        entity = ServedEntity("v1", "main.rag.chain", "1", environment_vars=variables)

        async def story():
            await starter.launch(await starter.prepare("chain", entity, build_log, log), log)

        asyncio.run(story())
        return parts, build_log, log

    return prepare


def test_process_gets_its_own_token_and_the_values_of_its_secrets(prepared):
    """A model finds the workspace, and may ask the endpoints it declared and nothing else."""
    parts, _, _ = prepared(KEY="{{secrets/models/key}}", PLAIN="x")

    (spec,) = parts.launched
    assert spec.environment == {
        "DATABRICKS_HOST": "http://127.0.0.1:8400",
        "DATABRICKS_TOKEN": TOKEN,
        "KEY": SECRET,
        "PLAIN": "x",
        "MLFLOW_ACTIVE_MODEL_ID": "m-1",
    }
    assert parts.issued == [("chain/v1", ["llm"])]


def test_no_log_of_the_version_shows_its_token_or_its_secrets(prepared):
    """The build log tells why a load failed, in the model's words: those are blanked as well."""
    _, *logs = prepared(KEY="{{secrets/models/key}}")
    for log in logs:
        log.write(f"cannot sign in with {SECRET} or {TOKEN}")

    assert [log.text() for log in logs] == ["cannot sign in with [hidden] or [hidden]"] * 2


@pytest.mark.parametrize(
    ("size", "variables", "expected"),
    [
        ("Small", {}, (1, 16)),
        ("Large", {}, (1, 64)),
        ("Small", {"LOCAL_WORKSPACE_PROCESSES": "4"}, (4, 4)),
        ("Small", {"LOCAL_WORKSPACE_PROCESSES": "32"}, (32, 1)),
        ("Small", {"LOCAL_WORKSPACE_CONCURRENCY": "1"}, (1, 1)),
    ],
)
def test_places_follow_the_workload_size_unless_they_are_said(size, variables, expected):
    """The places of a size are shared between the processes; a model that is not safe gets one."""
    entity = ServedEntity("v1", "m", "1", workload_size=size, environment_vars=variables)

    assert concurrency_of(entity) == expected


@pytest.mark.parametrize("text", ["0", "257", "-1", "many", "", "1.5"])
@pytest.mark.parametrize("name", ["LOCAL_WORKSPACE_PROCESSES", "LOCAL_WORKSPACE_CONCURRENCY"])
def test_number_of_places_that_is_none_is_refused(name, text):
    """The sentence names the variable and what it may be."""
    with pytest.raises(InvalidParameter, match=f"{name} must be a number from 1 to 256"):
        concurrency_of(ServedEntity("v1", "m", "1", environment_vars={name: text}))
