"""The process that has everything imported and forks model processes in milliseconds.

One runs per Python environment. It serves no request and holds no model; it imports, freezes what
it imported so that forks share the memory, and forks when the gateway asks:

    gateway -> {"role": "worker", "spec": {...}, "preload": ["mlflow.langchain"]}
               with two descriptors: the socket to talk over and the log to print to
    zygote  -> {"forked": PID}   and, when a child ends,   {"exited": PID, "status": N}
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from types import FrameType
from typing import Any

from local_workspace.process_lifetime import end_with_parent
from local_workspace.serving import model_fetch, worker_process
from local_workspace.serving.zygote_warm_up import preload, warm_up

_MESSAGE_SIZE = 1 << 20


def main() -> None:
    """Import, say so, and fork on request until the gateway closes the socket."""
    end_with_parent(int(sys.argv[2]))
    # What it imports is no garbage, and looking for some takes long; its forks look again.
    gc.disable()
    control = socket.socket(fileno=int(sys.argv[1]))
    wake_up, wake_up_write = os.pipe()
    os.set_blocking(wake_up_write, False)
    signal.set_wakeup_fd(wake_up_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _ignore)
    warm_up()
    _send(control, {"ready": True})
    while True:
        readable, _, _ = select.select([control.fileno(), wake_up], [], [])
        if wake_up in readable:
            os.read(wake_up, 4096)
            _report_exits(control)
        if control.fileno() in readable and not _serve_request(control):
            return


def _serve_request(control: socket.socket) -> bool:
    data, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_SIZE, 2)
    if not data:
        return False
    while not data.endswith(b"\n"):
        data += control.recv(_MESSAGE_SIZE)
    request = json.loads(data)
    preload(request["preload"])
    pid = _fork(request, control, *descriptors)
    _send(control, {"forked": pid})
    return True


def _fork(request: dict[str, Any], control: socket.socket, connection: int, log: int) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(connection)
        os.close(log)
        return pid
    # From here on this is the model process: nothing of the zygote may be left in it.
    end_with_parent(parent)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    control.close()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    gc.enable()
    _become(request["role"], request["spec"], socket.socket(fileno=connection))
    os._exit(0)


def _become(role: str, spec: dict[str, Any], connection: socket.socket) -> None:
    if role == "fetch":
        model_fetch.run(model_fetch.FetchSpec(**spec), connection)
    else:
        worker_process.run(worker_process.WorkerSpec(**spec), connection)


def _report_exits(control: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (result := os.waitpid(-1, os.WNOHANG))[0]:
            _send(control, {"exited": result[0], "status": os.waitstatus_to_exitcode(result[1])})


def _send(control: socket.socket, message: dict[str, Any]) -> None:
    control.sendall(json.dumps(message).encode() + b"\n")


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Exist, so that the signal wakes the loop instead of being ignored by the kernel."""


if __name__ == "__main__":
    main()
