"""The exporter: `python -m local_workspace.trace_export PARENT SPOOL own|external`.

A process of its own, so that reading and sending megabytes takes no time from an answer. It may be
killed at any moment. A line on its standard input is "somebody waits", the input's end "go".
"""

import logging
import os
import select
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from local_workspace.inference_tables.spool_erasure import handing_over
from local_workspace.process_lifetime import end_with_parent
from local_workspace.trace_export.hand_over import HandOver
from local_workspace.trace_export.own_server import OwnServer
from local_workspace.trace_export.pending_exports import PendingExports
from local_workspace.trace_import.destination import Destination, MlflowUnavailable, Refusal
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict

_LOOK_SECONDS = 0.5
# Between batches, so that others get to write into MLflow's database while a backlog drains.
_BREATH_SECONDS = 0.02
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0

_log = logging.getLogger("trace_export")


def main() -> None:
    """Hand over what there is, wait for more, until the workspace closes our standard input."""
    end_with_parent(int(sys.argv[1]))
    logging.basicConfig(format="%(asctime)s %(message)s")
    spool = Path(sys.argv[2])
    hand_over = HandOver(PendingExports(spool), _destination(sys.argv[3]))
    pause = _FIRST_PAUSE
    waiting = _BREATH_SECONDS
    while not _ended(waiting):
        try:
            with handing_over(spool):
                waiting = _BREATH_SECONDS if hand_over.round() else _LOOK_SECONDS
            pause = _FIRST_PAUSE
        except (MlflowUnavailable, sqlite3.Error) as error:
            # Nothing is lost: it stays in the spool. A full disk is one of the reasons.
            _log.warning("trying again in %.1f s: %s", pause, str(error)[:500])
            waiting, pause = pause, min(2 * pause, _LONGEST_PAUSE)


def _destination(kind: str) -> Destination:
    uri, token = os.environ["MLFLOW_TRACKING_URI"], os.environ.get("MLFLOW_TRACKING_TOKEN", "")
    return OwnServer(uri, token) if kind == "own" else _Elsewhere(uri)


class _Elsewhere:
    """A server elsewhere; MLflow's client, which takes seconds to load, is when it is needed."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._opened: Destination | None = None

    def import_traces(self, traces: Sequence[RecordedTrace]) -> list[Refusal]:
        return self._open().import_traces(traces)

    def import_verdicts(self, verdicts: Sequence[RecordedVerdict]) -> list[Refusal]:
        return self._open().import_verdicts(verdicts)

    def _open(self) -> Destination:
        if self._opened is None:
            from local_workspace.trace_import.rest_destination import (  # noqa: PLC0415
                RestDestination,
            )

            self._opened = RestDestination(self._uri)
        return self._opened


def _ended(seconds: float) -> bool:
    """Wait for as long, or until the workspace says something; tell whether that is "go"."""
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable) and not os.read(sys.stdin.fileno(), 65_536)


if __name__ == "__main__":
    main()
