"""Noticing in seconds that a workspace is gone."""

import socket
import time

import pytest

from backend.connection import open_workspace
from backend.errors import Unreachable
from backend.serving.endpoints import Endpoints


def test_a_dead_address_gives_a_sentence_at_once():
    """The SDK alone would try for 300 seconds; a visitor waits a few at most."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        started = time.monotonic()

        with pytest.raises(Unreachable, match="cannot be reached"):
            open_workspace(address, "token")

    assert time.monotonic() - started < 6


def test_a_workspace_that_dies_later_gives_a_sentence_soon(workspace):
    """A client that was opened before the end notices it as well."""
    client = open_workspace(workspace.address, "token")
    client.config.host = client.api_client._cfg.host = "http://127.0.0.1:9"
    started = time.monotonic()

    with pytest.raises(Unreachable):
        Endpoints(client).usable()

    assert time.monotonic() - started < 6


def test_the_token_is_sent_although_other_credentials_are_set(workspace, monkeypatch):
    """Databricks Apps set a client id and secret; the visitor's token must win."""
    monkeypatch.setenv("DATABRICKS_CLIENT_ID", "id")
    monkeypatch.setenv("DATABRICKS_CLIENT_SECRET", "secret")

    client = open_workspace(workspace.address, "token")

    assert client.config.authenticate() == {"Authorization": "Bearer token"}
