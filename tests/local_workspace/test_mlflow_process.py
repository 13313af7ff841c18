"""What the MLflow process relies on in the installed MLflow."""

import json
import os
import subprocess
import sys

from local_workspace.mlflow_child import MlflowChild
from local_workspace.settings import Settings

# Prints what `mlflow server` sets for the application it starts, without starting it.
_OFFICIAL = """
import json, mlflow.server
def record(command, extra_env, **_):
    print(json.dumps([command[1:3] + command[-1:], extra_env])); raise SystemExit
mlflow.server._exec_cmd = record
mlflow.server._run_server(
    file_store_path="sqlite:///x.db", registry_store_uri="sqlite:///x.db",
    default_artifact_root="mlflow-artifacts:/", serve_artifacts=True, artifacts_only=False,
    artifacts_destination="x", host="127.0.0.1", port=1, workers=1, uvicorn_opts="")
"""


def test_environment_is_the_one_mlflow_server_sets(tmp_path):
    """The names are MLflow's own business: when they change, this says so."""
    environment = os.environ | {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    official = subprocess.run(
        [sys.executable, "-c", _OFFICIAL],
        check=True,
        capture_output=True,
        env=environment,
        text=True,
        cwd=tmp_path,
    )
    (command, expected) = json.loads(official.stdout.splitlines()[-1])
    child = MlflowChild(Settings(data_dir=tmp_path))

    ours = child.environment()
    child.close_port()

    assert command == ["-m", "uvicorn", "mlflow.server.fastapi_app:app"]
    # The boot id tells sandboxes of the assistant apart, which the workspace does not offer.
    assert expected.keys() - ours.keys() == {"_MLFLOW_SERVER_BOOT_ID"}
    same = {"_MLFLOW_SERVER_ARTIFACT_ROOT", "_MLFLOW_SERVER_SERVE_ARTIFACTS", "_MLFLOW_SGI_NAME"}
    assert {name: ours[name] for name in same} == {name: expected[name] for name in same}
