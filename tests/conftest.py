"""How the tests are shared out among the processes that run them at the same time.

What shares a workspace stays together in one process, in its order, which starts that workspace
once; everything else goes file by file. The folders with the longest tests come first, so that no
process is left alone with one of them at the end.
"""

import gc
import os
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent
# What is not named here takes milliseconds a test.
LONGEST_FIRST = ("browser", "contract", "processes", "local_workspace", "examples")
TOGETHER = ("browser", "contract", "examples", "processes/one_workspace")
# So many that one process would still be at them when the others have ended: from this file on,
# another one takes them, with a workspace of its own.
IN_TWO_HALVES = {"browser": "test_k"}
MOST_WORKERS = 4

# Until everything is imported, see the end of the collection.
gc.disable()


class Together(LoadScopeScheduling):
    """Hands out folders and files; marks of groups do not reach the scheduler of this pytest."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        _, folder, name, *_ = file.split("/")
        if f"{folder}/{name}" in TOGETHER:
            return f"{folder}/{name}"
        if folder not in TOGETHER:
            return file
        half = IN_TWO_HALVES.get(folder, "~")
        return f"{folder} from {half}" if name >= half else folder


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """Return who hands the tests out."""
    return Together(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes run tests: a third of their time they wait for others."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders in this order."""
    items.sort(key=lambda item: _place(item.path.relative_to(ROOT).parts[0]))


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays to the end: a million objects, again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _place(folder: str) -> int:
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)
