"""How the tests are shared out among the processes that run them at the same time.

What shares a workspace stays together in one process, which starts that workspace once. The folders
with the longest tests come first, so that no process is left alone with one of them at the end.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
# What is not named here takes milliseconds a test.
LONGEST_FIRST = ("browser", "contract", "processes", "local_workspace", "examples")
MOST_WORKERS = 4
TOGETHER = ("browser", "contract", "examples", "backend")


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: a third of their time they wait for processes."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


# Before xdist looks for the marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in this order, each with the group that must not be torn apart."""
    items.sort(key=lambda item: _place(_folder(item)))
    for item in items:
        folder = _folder(item)
        group = folder if folder in TOGETHER else str(item.path.relative_to(ROOT))
        item.add_marker(pytest.mark.xdist_group(group))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT).parts[0]


def _place(folder: str) -> int:
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)
