"""`python -m backend.jobs`: work until told to end; with `--once`, until nothing waits.

On Databricks it is a scheduled job with `--once`, or one that runs all the time.
"""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from functools import partial

from databricks.sdk import WorkspaceClient

from backend.connection import hurry_mlflow, open_workspace
from backend.errors import ReviewAppError
from backend.jobs.kinds import RUNNERS, watchers
from backend.jobs.watching import Watch
from backend.jobs.worker import Worker
from backend.long_work import runs as job_runs
from backend.settings import Settings

# While something is done it is looked at this often, and else only whether something waits.
TURN_SECONDS, IDLE_SECONDS = 1.0, 2.0
ATTEND_SECONDS = 10.0
# Whoever ends this process waits for five.
LEAVE_SECONDS = 4.0
# A workspace that is away is asked again after so long.
AWAY_SECONDS = 5.0
_logger = logging.getLogger("backend.jobs")


def main() -> int:
    """Open the workspace as the app and take turns until the end; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m backend.jobs", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when nothing waits any more")
    is_once = parser.parse_args().once
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    hurry_mlflow()
    # It would print the address of each job that ends.
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    try:
        settings = Settings.from_environment()
        return _once(settings, ending) if is_once else _always(settings, ending)
    except ReviewAppError as problem:
        _logger.error("%s (%s)", problem.sentence, problem.code)
        return 1


def _once(settings: Settings, ending: threading.Event) -> int:
    workspace = open_workspace(settings.host, settings.token)
    worker = Worker(workspace, RUNNERS)
    job_runs.attend()
    Watch(workspace, watchers(), partial(job_runs.watches, worker.name)).look()
    worker.turn()
    while worker.is_busy and not ending.wait(TURN_SECONDS):
        worker.turn()
    _leave(worker)
    return 0


def _always(settings: Settings, ending: threading.Event) -> int:
    workspace = _opened(settings, ending)
    if workspace is None:
        return 0
    worker = Worker(workspace, RUNNERS)
    # What is watched takes SQL, which may take long; whoever asks for work need not wait for it.
    watch = Watch(workspace, watchers(), partial(job_runs.watches, worker.name))
    threading.Thread(target=watch.go_on, args=(ending,), name="watch", daemon=True).start()
    attended = float("-inf")
    while not ending.wait(TURN_SECONDS if worker.is_busy else IDLE_SECONDS):
        try:
            if time.monotonic() - attended >= ATTEND_SECONDS:
                job_runs.attend()
                attended = time.monotonic()
            worker.turn()
        except ReviewAppError as problem:
            # What is away comes back; what waits is still there then.
            _logger.warning("%s (%s)", problem.sentence, problem.code)
            ending.wait(AWAY_SECONDS)
    _leave(worker)
    return 0


def _leave(worker: Worker) -> None:
    """End what is being done, but wait for nobody who is away."""
    thread = threading.Thread(target=_take_leave, args=(worker,), daemon=True)
    thread.start()
    thread.join(LEAVE_SECONDS)


def _take_leave(worker: Worker) -> None:
    """Put on record what is left undone, and let another process watch."""
    worker.leave()
    with suppress(ReviewAppError):  # What is away needs not be told.
        job_runs.watch_no_more(worker.name)


def _opened(settings: Settings, ending: threading.Event) -> WorkspaceClient | None:
    """Return the workspace as soon as it answers; None if this is to end before."""
    while True:
        try:
            return open_workspace(settings.host, settings.token)
        except ReviewAppError as problem:
            _logger.warning("%s (%s)", problem.sentence, problem.code)
            if ending.wait(AWAY_SECONDS):
                return None


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    # Threads of the clients that still wait for an answer must not keep this from ending.
    os._exit(status)
