"""The workspace's side of the exporter: keeps its process running and tells it to hurry."""

import os
from pathlib import Path

from local_workspace.background_process import BackgroundProcess
from local_workspace.mlflow_server import MlflowServer

_PROJECT = Path(__file__).parents[2]
_MODULE = "local_workspace.trace_export"


class TraceExporter:
    """Hands every recorded trace and verdict to MLflow; start it when MLflow answers."""

    def __init__(self, spool: Path, mlflow: MlflowServer, logs_dir: Path) -> None:
        kind = "own" if mlflow.is_own else "external"
        self._process = BackgroundProcess(
            _MODULE,
            [str(spool.resolve()), kind],
            logs_dir / "trace_export.log",
            environment(mlflow),
        )

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid

    def start(self) -> None:
        """Begin to hand over."""
        self._process.start()

    def wake(self) -> None:
        """Somebody waits for a trace: do not wait for the next look."""
        self._process.wake()

    async def close(self) -> None:
        """Let the batch under way finish; the rest stays in the spool."""
        await self._process.close()


def environment(mlflow: MlflowServer) -> dict[str, str]:
    """Return the variables by which the exporter, and MLflow's client in it, find the server."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "DATABRICKS_"))
    }
    return kept | mlflow.client_environment | QUIET_CLIENT | {"PYTHONPATH": str(_PROJECT)}


# MLflow's client leaves it to us how often to try, and asks and tells nobody on the internet.
QUIET_CLIENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_ASYNC_TRACE_LOGGING_RETRY_TIMEOUT": "0",
    "MLFLOW_MODEL_CATALOG_URI": "",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
