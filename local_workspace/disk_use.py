"""How much of a disk files take: the blocks they fill, each file once whatever its names."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 512


@dataclass(frozen=True)
class DiskUse:
    """What is taken, and what of it would come free: a file may have names elsewhere, too."""

    size: int = 0
    freed: int = 0


def disk_use(*roots: Path) -> DiskUse:
    """Measure everything below these; what disappears meanwhile takes nothing."""
    blocks: dict[tuple[int, int], int] = {}
    # Names seen here, and names there are.
    names: dict[tuple[int, int], list[int]] = {}
    for found in _files(roots):
        key = (found.st_dev, found.st_ino)
        blocks[key] = found.st_blocks * _BLOCK
        names.setdefault(key, [0, found.st_nlink])[0] += 1
    freed = sum(blocks[key] for key, (seen, there_are) in names.items() if seen >= there_are)
    return DiskUse(sum(blocks.values()), freed)


def last_touched(root: Path) -> float:
    """Return when anything below this was changed last, in seconds of the clock."""
    return max((found.st_mtime for found in _files([root])), default=0.0)


def _files(roots: Iterable[Path]) -> Iterable[os.stat_result]:
    waiting = [os.fspath(root) for root in roots]
    while waiting:
        path = waiting.pop()
        try:
            found = os.lstat(path)
            if stat.S_ISDIR(found.st_mode):
                waiting += [entry.path for entry in os.scandir(path)]
            else:
                yield found
        except FileNotFoundError:
            continue
