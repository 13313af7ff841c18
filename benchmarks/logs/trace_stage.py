"""A workspace with a chain, whatever traces a figure needs in its MLflow, and an analyst."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chat.deployment import ENDPOINT, MODEL
from benchmarks.chat.stage import chat_stage
from benchmarks.logs.stage import analyst_token
from benchmarks.registration import registered_name
from local_workspace.client import LocalClient

TRACED_MODEL = registered_name(MODEL)
TRACED_VERSION = "1"


@dataclass(frozen=True)
class TraceStage:
    """The running workspace as an analyst meets it."""

    folder: Path
    environment: dict[str, str]
    client: LocalClient
    token: str
    # What was returned when the traces were written, now or for an earlier run.
    filled: str

    @property
    def app_environment(self) -> dict[str, str]:
        """Return the variables of the app: its own identity, to the workspace and to MLflow."""
        token = self.client.service_principal_token("review-app")
        return self.environment | {"DATABRICKS_TOKEN": token, "MLFLOW_TRACKING_TOKEN": token}


@contextmanager
def trace_stage(folder: Path, fill: Callable[[Path], str]) -> Iterator[TraceStage]:
    """Run the workspace during the block; `fill` writes traces into its MLflow's database, once."""
    with chat_stage(folder) as chat:
        # Into the database itself: through the server it would take minutes.
        kept = folder / "filled.txt"
        if not kept.exists():
            kept.write_text(fill(folder / "workspace" / "mlflow" / "mlflow.db"))
        token = analyst_token(chat.host, chat.client, ENDPOINT)
        yield TraceStage(folder, chat.environment, chat.client, token, kept.read_text())
