"""Opening the official client so that a workspace that is gone is noticed in seconds.

The SDK's own default is to try again for 300 seconds, in which a page would show nothing.
"""

import os

import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

from backend.error_translation import translated
from backend.errors import NotConfigured

# The client sleeps at least one second between attempts, so this allows two or three.
RETRY_SECONDS = 2
ANSWER_SECONDS = 20
PROBE_SECONDS = (2, 3)

# Alone, MLflow's client tries seven times in four minutes, each time for two.
MLFLOW_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": str(ANSWER_SECONDS),
}


def open_workspace(host: str, token: str) -> WorkspaceClient:
    """Return a client that acts as whoever holds the token; raise at once if nobody answers."""
    with translated():
        # The client's constructor asks for this document too, but keeps trying and hides failure.
        requests.get(f"{host}/.well-known/databricks-config", timeout=PROBE_SECONDS)
        # `auth_type` is needed because Databricks Apps also set a client id and secret.
        config = Config(
            host=host,
            token=token,
            auth_type="pat",
            retry_timeout_seconds=RETRY_SECONDS,
            http_timeout_seconds=ANSWER_SECONDS,
        )
        return WorkspaceClient(config=config)


def hurry_mlflow() -> None:
    """Make MLflow's client in this process notice in seconds that its server is gone.

    It reads this from the environment and nowhere else; what somebody has set there stays.
    """
    for name, value in MLFLOW_PATIENCE.items():
        os.environ.setdefault(name, value)


def workspace_from_environment() -> WorkspaceClient:
    """Return the client a notebook or a script gets: credentials as `WorkspaceClient()` finds them.

    It is patient for longer than a page may be, because nobody is looking at it.
    """
    try:
        with translated():
            return WorkspaceClient(config=Config(retry_timeout_seconds=20))
    except ValueError as error:
        raise NotConfigured(f"There are no credentials for a workspace: {error}") from error
