"""Reads one page ahead: the warehouse finds the next one while the last is written and sent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Page = TypeVar("_Page")


def ahead(pages: Iterator[_Page]) -> Iterator[_Page]:
    """Yield the same pages; never more than one waits, however slowly they are taken."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        coming = beside.submit(next, pages, None)
        while (page := coming.result()) is not None:
            coming = beside.submit(next, pages, None)
            yield page
