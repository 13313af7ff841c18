"""Ties the life of a child process to its parent's, also when the parent is killed outright."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent_pid: int, signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to end this process when its parent ends; exit now if it already has.

    Linux only; elsewhere a child notices through the closed socket to its parent.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal_number))
    if os.getppid() != parent_pid:
        os._exit(1)
