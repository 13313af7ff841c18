"""Memory of a process and all it started.

USS, the pages nobody else has, is what would be free again if the processes ended. Pages that a
fork shares with what it was forked from are in nobody's USS, so PSS, which divides them among
those who share, stands beside it where the system tells it.
"""

from dataclasses import dataclass

import psutil

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Memory:
    """Megabytes of one process or of several together."""

    uss: float
    pss: float | None


def memory_of(process: psutil.Process) -> Memory:
    """Return what one process takes."""
    full = process.memory_full_info()
    pss = getattr(full, "pss", None)
    return Memory(full.uss / MEGABYTE, None if pss is None else pss / MEGABYTE)


def tree(root: psutil.Process) -> list[psutil.Process]:
    """Return a process and everything below it."""
    return [root, *root.children(recursive=True)]


def memory_of_all(processes: list[psutil.Process]) -> Memory:
    """Return what the processes take together; one that has just ended takes nothing."""
    each = [memory_of(process) for process in processes if process.is_running()]
    pss = [memory.pss for memory in each if memory.pss is not None]
    return Memory(sum(memory.uss for memory in each), sum(pss) if pss else None)
