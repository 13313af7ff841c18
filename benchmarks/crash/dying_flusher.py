"""A flusher that is killed at its worst moment: `python -m … POINT AFTER PARENT SPOOL TABLES DAYS`.

It runs the flusher's own code. POINT says where `kill -9` comes, AFTER how many times it passes
there before: `commit` is when Delta has the rows and nothing is on the disk for certain,
`delete` is before they are removed from the spool, `compaction` is somewhere within one.
"""

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from local_workspace.inference_tables import delta_flush, flusher
from local_workspace.inference_tables.delta_flush import SetFlush
from local_workspace.inference_tables.delta_table import AppendedTable

_COMPACTION_SECONDS = 0.1


def main() -> None:
    """Put the kill in its place, then flush."""
    point, after = sys.argv[1], int(sys.argv[2])
    del sys.argv[1:3]
    # Worst moments often: every round may compact.
    flusher.FLUSH_SECONDS, flusher._HOUSEKEEPING_SECONDS = 0.02, 0.1
    delta_flush.SMALL_FILES = 8
    owner, name = {
        "commit": (AppendedTable, "_sync_newest"),
        "delete": (SetFlush, "_remove_requests"),
        "compaction": (AppendedTable, "compact"),
    }[point]
    at_once = point != "compaction"
    setattr(owner, name, _killed(getattr(owner, name), after, at_once))
    flusher.main()


def _killed(function: Callable[..., Any], after: int, at_once: bool) -> Callable[..., Any]:
    passed = 0

    def run(*arguments: Any, **named: Any) -> Any:
        nonlocal passed
        passed += 1
        if passed > after:
            _kill() if at_once else _kill_soon()
        return function(*arguments, **named)

    return run


def _kill_soon() -> None:
    threading.Timer(random.uniform(0, _COMPACTION_SECONDS), _kill).start()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
