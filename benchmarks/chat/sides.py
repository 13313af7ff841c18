"""The two apps that are compared, each in a process of its own before the same workspace."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import psutil
import requests

from benchmarks.chat.deployment import ENDPOINT
from benchmarks.chat.stage import Begun
from benchmarks.child_process import REPOSITORY, free_port, running, wait_until
from local_workspace.client import LocalClient

PEER = "the pattern of Databricks' Streamlit template: the whole history drawn anew, `st.feedback`"
_PEER_FOLDER = Path(__file__).parents[1] / "peer_chat"
_START_SECONDS = 60.0
# The name of the app's own cookie; the app itself is nothing a benchmark may import.
_COOKIE = "review_app_session"


class Stage(Protocol):
    """A running workspace, and the token of the person who comes to it."""

    @property
    def folder(self) -> Path:
        """Where logs are left."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead clients there."""

    @property
    def client(self) -> LocalClient:
        """Its owner's client."""

    @property
    def token(self) -> str:
        """The person's own."""


@dataclass(frozen=True)
class Side:
    """One of the two apps, as a browser meets it."""

    address: str
    # Where the conversation the figure is about stands.
    path: str
    # The verdict under each answer; its first button says that the answer is right.
    thumbs: str
    cookies: dict[str, str]
    process: psutil.Process

    @property
    def page(self) -> str:
        """Return the address to open."""
        return self.address + self.path

    def at(self, begun: Begun) -> "Side":
        """Return the same app, at one conversation; the peer has no addresses for them."""
        return replace(self, path=_path(begun))


@contextmanager
def our_app(stage: Stage, begun: Begun | None = None) -> Iterator[Side]:
    """Run the app as `make run` does during the block."""
    token = stage.client.service_principal_token("review-app")
    variables = stage.environment | {"DATABRICKS_TOKEN": token, "MLFLOW_TRACKING_TOKEN": token}
    path = _path(begun) if begun else "/"
    with _streamlit(REPOSITORY, stage, "ours", variables, "/healthz") as (address, process):
        yield Side(address, path, "[class*=st-key-thumb_]", {_COOKIE: stage.token}, process)


@contextmanager
def peer_app(stage: Stage, begun: Begun | None = None) -> Iterator[Side]:
    """Run the peer during the block; it keeps nothing, so the conversation is put into it."""
    history = stage.folder / "peer-history.json"
    turns = [turn | {"judged": begun.is_judged} for turn in begun.turns] if begun else []
    history.write_text(json.dumps(turns))
    variables = stage.environment | {
        "DATABRICKS_TOKEN": stage.token,
        "SERVING_ENDPOINT": ENDPOINT,
        "PEER_HISTORY": str(history),
    }
    with _streamlit(_PEER_FOLDER, stage, "peer", variables, "/_stcore/health") as running_peer:
        address, process = running_peer
        yield Side(address, "/", "[class*=st-key-feedback_]", {}, process)


@contextmanager
def _streamlit(
    folder: Path, stage: Stage, name: str, variables: dict[str, str], health: str
) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    log = stage.folder / f"app-{name}.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    # What the app's own configuration says anyway, and the peer's folder does not.
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    command += ["--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    address = f"http://127.0.0.1:{port}"
    with running(command, log, variables, folder=folder) as process:
        wait_until(lambda: _answers(address + health), process, log, _START_SECONDS)
        yield address, psutil.Process(process.pid)


def _path(begun: Begun) -> str:
    return f"/?conversation={begun.id}&endpoint={ENDPOINT}"


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False
