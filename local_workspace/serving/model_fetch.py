"""Downloads one model version with MLflow's own client, in a fork of the zygote."""

import os
import socket
import tempfile
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from local_workspace.serving.worker_messages import Kind, Message


@dataclass(frozen=True)
class FetchSpec:
    """Which version to download, and the folder that shall hold it."""

    model_uri: str
    destination: str
    environment: dict[str, str] = field(default_factory=dict)


def run(spec: FetchSpec, connection: socket.socket) -> None:
    """Download into a folder beside the destination, then move it into place in one step."""
    os.environ.update(spec.environment, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false")
    try:
        _download(spec)
    except BaseException as error:  # noqa: BLE001 - whatever fails here is the gateway's to tell
        traceback.print_exception(error)
        meta = {"exception": f"{type(error).__name__}: {error}", "traceback": ""}
        connection.sendall(Message(Kind.LOAD_FAILED, meta=meta).encode())
        os._exit(1)
    connection.sendall(Message(Kind.READY).encode())
    os._exit(0)


def _download(spec: FetchSpec) -> None:
    import mlflow.artifacts  # noqa: PLC0415 (seconds to import; a fork has it already)

    destination = Path(spec.destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".fetching-") as folder:
        path = mlflow.artifacts.download_artifacts(artifact_uri=spec.model_uri, dst_path=folder)
        model = next(Path(path).rglob("MLmodel")).parent
        model.rename(destination)
