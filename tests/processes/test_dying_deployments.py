"""The workspace dies in the middle of a deployment: what the ledger says afterwards is true."""

import shutil

import psutil
from databricks.sdk import WorkspaceClient

from backend.deploying.deploying import Deploying, Wish
from backend.identity import Role, Viewer
from backend.releases.ledger import Releases
from backend.releases.record import Outcome
from backend.releases.stories import ReleaseStories, Story
from local_workspace import running_workspace
from tests.processes.conftest import ask, client_environment, wait_for
from tests.registered_models import question, register

ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
SLOW = "main.processes.slow_to_load"


def kill_the_gateway(folder):
    """End it as a power cut would, in the middle of whatever it does."""
    for process in psutil.Process().children():
        if str(folder) in process.cmdline() and "serve" in process.cmdline():
            process.kill()
            process.wait(20)


def prepare(client, pid_file, seconds) -> str:
    """Begin a deployment that takes so long, and return its release once it is loading."""
    variables = {"LOAD_SECONDS": str(seconds), "PID_FILE": str(pid_file)}
    wish = Wish(SLOW, "1", "scripted", "Knows more", variables)
    release = Deploying(client, Releases()).prepare(ADMIN, wish)
    wait_for(pid_file.exists)
    return release.id


def end_of(client, release_id) -> Story:
    stories = ReleaseStories(client, Releases())
    wait_for(lambda: not stories.tell(ADMIN, release_id).is_under_way)
    return stories.tell(ADMIN, release_id)


def test_deployment_cut_off_by_the_workspace_s_death_ends_as_the_ledger_says(seeded, tmp_path):
    """It is under way until the workspace has come back and finished it, and then it is live."""
    folder = shutil.copytree(seeded, tmp_path / "workspace")
    with running_workspace(folder) as workspace, client_environment(workspace):
        register(SLOW, "slow_to_load", input_example=question("hello"))
        release_id = prepare(WorkspaceClient(), tmp_path / "pid", 2)
        kill_the_gateway(folder)

    with running_workspace(folder) as workspace, client_environment(workspace):
        client = WorkspaceClient()
        under_way = Releases().read(release_id)
        story = end_of(client, release_id)

        assert under_way.outcome is Outcome.PENDING
        assert story.release.outcome is Outcome.LIVE
        assert story.is_served
        assert ask(workspace, "scripted", "hello").status_code == 200
        served = client.serving_endpoints.get("scripted").config.traffic_config.routes
        assert {each.traffic_percentage for each in served} == {0, 100}
