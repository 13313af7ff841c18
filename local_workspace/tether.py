"""Runs a command and ends it, children included, when the process that asked for it is gone.

`python -m local_workspace.tether FD COMMAND...`: FD is the read end of a pipe whose other end only
the asking process holds; the kernel closes that end however the process dies.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time

_PATIENCE_SECONDS = 5.0
# What shells answer for a command that cannot be found.
_NOT_RUN = 127


def main() -> int:
    """Wait for whichever comes first: the command's end, or the asking process's."""
    pipe, command = int(sys.argv[1]), sys.argv[2:]
    # Ctrl-C reaches the asking process, which decides in which order things end.
    # A handler rather than SIG_IGN, which the command would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    # These reach whole groups as well, and a command of its own group would be left behind.
    told_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told_to_end.set())
    # An interactive command keeps its terminal; anything else gets a group that can be ended whole.
    own_group = not sys.stdin.isatty()
    try:
        child = subprocess.Popen(command, process_group=0 if own_group else None)
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}.\n")
        return _NOT_RUN
    while child.poll() is None:
        readable, _, _ = select.select([pipe], [], [], 0.1)
        if readable or told_to_end.is_set():
            _end(child, own_group)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _end(child: "subprocess.Popen[bytes]", own_group: bool) -> None:
    _signal(child, own_group, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    # Children of the command may outlive it, so the group gets this even if the command is gone.
    _signal(child, own_group, signal.SIGKILL)
    child.wait()


def _signal(child: "subprocess.Popen[bytes]", own_group: bool, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if own_group:
            os.killpg(child.pid, number)
        else:
            os.kill(child.pid, number)


if __name__ == "__main__":
    sys.exit(main())
