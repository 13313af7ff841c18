"""What the app needs to know when it starts, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from backend.errors import NotConfigured

NEEDED = {
    "DATABRICKS_HOST": "the address of the workspace",
    "DATABRICKS_TOKEN": "the token of the app's own service principal",
    "MLFLOW_TRACKING_URI": "the address of the MLflow server, or `databricks`",
}


@dataclass(frozen=True)
class Settings:
    """Where the workspace and its MLflow are, and the app's own identity there."""

    host: str
    token: str = field(repr=False)
    tracking_uri: str
    # Only an MLflow server that checks tokens needs it; with `databricks` the token above serves.
    tracking_token: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the variables; one error names all that are missing."""
        missing = [
            f"{name} ({meaning})" for name, meaning in NEEDED.items() if not environment.get(name)
        ]
        if missing:
            raise NotConfigured(f"The app was started without {', '.join(missing)}.")
        return cls(
            host=workspace_address(environment["DATABRICKS_HOST"]),
            token=environment["DATABRICKS_TOKEN"],
            tracking_uri=environment["MLFLOW_TRACKING_URI"],
            tracking_token=environment.get("MLFLOW_TRACKING_TOKEN") or None,
        )


def workspace_address(host: str) -> str:
    """Return `scheme://name[:port]`; Databricks Apps set the host without its scheme."""
    address = host.strip()
    parts = urlsplit(address if "://" in address else f"https://{address}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise NotConfigured(
            f"DATABRICKS_HOST is {host!r}, which is not an address like "
            "https://my-workspace.cloud.databricks.com or http://127.0.0.1:8400."
        )
    return f"{parts.scheme}://{parts.netloc}"
