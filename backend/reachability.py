"""Whether the workspace and MLflow answer, asked beside the pages and known to all of them.

A page must learn it without waiting for it. So one look for the whole process is made on a thread,
with no visitor's token, and what it found is remembered for some seconds.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from enum import StrEnum
from threading import Lock

import requests

from backend.connection import PROBE_SECONDS, hurry_mlflow
from backend.error_translation import translated
from backend.errors import Failed, ReviewAppError, TookTooLong, Unavailable, Unreachable
from backend.mlflow_import import load_mlflow

# What a client reports when the other side is away; a refusal is an answer.
OUTAGE = (Unreachable, Unavailable, TookTooLong, Failed)
FRESH_SECONDS = 15
# What is away is looked for more often.
AWAY_SECONDS = 3
# Long enough for an answer from near, too short to be noticed at the end of a page.
GLANCE_SECONDS = 0.1
PATIENCE_SECONDS = 5
# Whoever says nothing for so long is away, too; MLflow's client alone gives up after 40.
SILENCE_SECONDS = 15


class Part(StrEnum):
    """What the app leans on."""

    WORKSPACE = "workspace"
    MLFLOW = "MLflow"


class Reachability:
    """Knows which parts are away."""

    def __init__(self, probes: Mapping[Part, Callable[[], None]]) -> None:
        self._watches = {
            part: _Watch(probe, load_mlflow if part is Part.MLFLOW else _nothing)
            for part, probe in probes.items()
        }

    def missing(self) -> frozenset[Part]:
        """Return what did not answer lately, asking again where that is old; hardly waits."""
        return self._seen([watch.look_if_old() for watch in self._watches.values()], GLANCE_SECONDS)

    def look_again(self) -> frozenset[Part]:
        """Ask everybody now, and wait some seconds for the answers."""
        return self._seen([watch.look() for watch in self._watches.values()], PATIENCE_SECONDS)

    def doubt(self) -> None:
        """Count what is known as old, because somebody has just got no answer."""
        for watch in self._watches.values():
            watch.doubt()

    def _seen(self, looks: list[Future[None] | None], patience: float) -> frozenset[Part]:
        # Whoever is known to be away is not waited for.
        wait([look for look in looks if look], patience)
        return frozenset(part for part, watch in self._watches.items() if watch.is_away)


class _Watch:
    """One part, and what came of looking at it."""

    def __init__(self, probe: Callable[[], None], prepare: Callable[[], None]) -> None:
        self._probe = probe
        # What takes time on our own side is not the other side's silence.
        self._prepare = prepare
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reachability")
        self._lock = Lock()
        self._look: Future[None] | None = None
        # While it has not answered.
        self._asked_at: float | None = None
        self._ended_at: float | None = None
        self._was_away = False

    @property
    def is_away(self) -> bool:
        """Tell whether it did not answer, or has been silent for too long."""
        asked_at = self._asked_at
        silent_for = time.monotonic() - asked_at if asked_at is not None else 0.0
        return self._was_away or silent_for > SILENCE_SECONDS

    def doubt(self) -> None:
        """Look again at the next occasion."""
        self._ended_at = None

    def look_if_old(self) -> Future[None] | None:
        """Look if it is time to; return the look only if its answer would be news."""
        fresh = AWAY_SECONDS if self._was_away else FRESH_SECONDS
        if self._ended_at is not None and time.monotonic() - self._ended_at < fresh:
            return None
        look = self.look()
        return None if self.is_away else look

    def look(self) -> Future[None]:
        """Begin to look, unless that is under way."""
        with self._lock:
            if self._look is None:
                self._look = self._pool.submit(self._ask)
            return self._look

    def _ask(self) -> None:
        away = False
        try:
            self._prepare()
            self._asked_at = time.monotonic()
            with translated():
                self._probe()
        except ReviewAppError as error:
            away = isinstance(error, OUTAGE)
        finally:
            with self._lock:
                self._was_away, self._ended_at, self._look = away, time.monotonic(), None
                self._asked_at = None


def _nothing() -> None:
    """Be ready at once."""


def reachability_of(host: str) -> Reachability:
    """Watch the workspace at this address, and the MLflow server of the environment."""
    return Reachability({Part.WORKSPACE: lambda: _find(host), Part.MLFLOW: _find_mlflow})


def _find(host: str) -> None:
    """Ask for what everybody may know, with nobody's token."""
    # Every client asks for this document first.
    answer = requests.get(f"{host}/.well-known/databricks-config", timeout=PROBE_SECONDS)
    if answer.status_code >= 500:
        answer.raise_for_status()


def _find_mlflow() -> None:
    """Ask for one experiment; its own `/health` is not there on Databricks."""
    hurry_mlflow()
    # Importing it takes seconds, which only this thread has to wait for.
    from mlflow import MlflowClient  # noqa: PLC0415

    MlflowClient().search_experiments(max_results=1)
