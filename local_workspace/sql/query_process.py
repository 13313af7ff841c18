"""The process that runs statements: `python -m local_workspace.sql.query_process SOCKET PARENT`.

It has no token and no network, opens the workspace's tables only, and ends with the gateway. One
statement at a time: the main thread runs it, another one listens for "stop".
"""

import contextlib
import gc
import os
import queue
import resource
import shutil
import socket
import sys
import threading

import orjson

from local_workspace.process_lifetime import end_with_parent
from local_workspace.sql.failure import StatementFailed
from local_workspace.sql.job import Cancel, Job, Reply, Setup, unframed
from local_workspace.sql.limits import MEBIBYTE
from local_workspace.sql.statement_runner import StatementRunner

_BETWEEN_INTERRUPTS = 0.02


class QueryProcess:
    """Reads jobs from a socket and answers each with one line of JSON."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = connection.makefile("rb")
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._canceled = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        setup: Setup = unframed(self._reader.read)
        _limit_memory(setup.limits.process_mebibytes)
        self._runner = StatementRunner(setup)

    def serve(self) -> None:
        """Run jobs until the gateway is gone."""
        self._runner.warm_up()
        # What was imported stays; it need not be looked through again and again.
        gc.freeze()
        threading.Thread(target=self._listen, daemon=True).start()
        self._answer({"ready": True})
        while True:
            reply = self._run(self._jobs.get())
            self._idle.set()
            self._answer(reply)

    def _run(self, job: Job) -> Reply:
        try:
            return {"manifest": self._runner.run(job, self._canceled).as_dict()}
        except StatementFailed as failure:
            reply: Reply = {"failed": failure.as_dict()}
        except (MemoryError, RecursionError) as error:
            reply = {"failed": _out_of(error).as_dict()}
        except Exception as error:  # noqa: BLE001 (the boundary: a statement must not end the process)
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            reply = {"failed": _mistake(error).as_dict()}
        shutil.rmtree(job.result_directory, ignore_errors=True)
        return {"canceled": True} if self._canceled.is_set() else reply

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                match unframed(self._reader.read):
                    case Cancel():
                        self._canceled.set()
                        self._interrupt()
                    case Job() as job:
                        self._canceled.clear()
                        self._idle.clear()
                        self._jobs.put(job)
        os._exit(0)

    def _interrupt(self) -> None:
        """Tell DuckDB to stop, again and again: between two steps it does not hear."""
        while not self._idle.wait(_BETWEEN_INTERRUPTS):
            self._runner.interrupt()

    def _answer(self, reply: Reply) -> None:
        self._connection.sendall(orjson.dumps(reply) + b"\n")


def _limit_memory(mebibytes: int) -> None:
    """Bound what can be allocated: beyond it an allocation fails, and the statement with it."""
    if sys.platform.startswith("linux"):
        size = mebibytes * MEBIBYTE
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def _out_of(error: BaseException) -> StatementFailed:
    what = "memory" if isinstance(error, MemoryError) else "nesting"
    return StatementFailed(
        "", f"The statement needs more {what} than it may have.", "53200", "RESOURCE_EXHAUSTED"
    )


def _mistake(error: Exception) -> StatementFailed:
    kind = type(error).__name__
    message = f"The workspace made a mistake with this statement ({kind}); its log has more."
    return StatementFailed("INTERNAL_ERROR", message, "XX000", "INTERNAL_ERROR")


def main() -> None:
    """Take over the socket handed down by the gateway."""
    end_with_parent(int(sys.argv[2]))
    QueryProcess(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
