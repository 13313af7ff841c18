"""Owns the data directory of a running workspace: one server at a time, one connection file."""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import IO, Any

from local_workspace.settings import Settings

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.02


class DataDirectoryInUse(Exception):
    """Another workspace runs on the directory."""


class DataDirectory:
    """Holds the lock from start to end; the kernel releases it however the process ends."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = (settings.data_dir / "lock").open("a+")
        except OSError as error:
            raise OSError(
                f"Cannot keep data in {settings.data_dir}: {os.strerror(error.errno or 0)}. "
                "Give another --data-dir."
            ) from error
        if not _locked(self._lock):
            self._lock.close()
            raise DataDirectoryInUse(
                f"A workspace is already running on {settings.data_dir}. Stop it first, or give "
                "another --data-dir."
            )
        # Left behind if the last server was killed: it would point at nothing, or at a stranger.
        settings.connection_path.unlink(missing_ok=True)

    def publish(self, connection: dict[str, str]) -> None:
        """Write the connection file, readable by its owner only, in one step."""
        path = self._settings.connection_path
        temporary = path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(connection, file, indent=2)
        temporary.replace(path)

    def withdraw(self) -> None:
        """Remove the connection file: the workspace is about to stop."""
        if not self._lock.closed:
            self._settings.connection_path.unlink(missing_ok=True)

    def release(self) -> None:
        """Let another server have the directory, whose connection file is then not ours."""
        self.withdraw()
        self._lock.close()


def read_connection(data_dir: Path) -> dict[str, Any] | None:
    """Return how to reach the workspace that runs on this directory, if one does."""
    path = Settings(data_dir=data_dir).connection_path
    try:
        connection: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return connection if is_in_use(data_dir) else None


def is_in_use(data_dir: Path) -> bool:
    """Tell whether a workspace holds the directory."""
    lock_path = data_dir / "lock"
    if not lock_path.exists():
        return False
    with lock_path.open("a+") as lock:
        return not _locked(lock)


def _locked(lock: IO[str]) -> bool:
    """Try to take the lock, for a moment: who only asks whether it is taken holds it as briefly."""
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS if attempt + 1 < _ATTEMPTS else 0)
        else:
            return True
    return False
