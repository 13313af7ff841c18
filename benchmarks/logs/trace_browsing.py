"""A browser in which somebody looks at one trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.chat.browser import Chromium, Tab
from benchmarks.chat.sides import Side

_FOLDER = Path(__file__).parent
_SCRIPTS = ("watching.js", "pauses.js")
_TREE = "[role=treeitem]"
_AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"
# What a browser has left to do when all has come.
_SETTLED_MS = 1000


class TraceTab:
    """One tab at the page of traces."""

    def __init__(self, tab: Tab, side: Side) -> None:
        self._tab = tab
        self._page = tab.page
        self._side = side

    def open(self, address: str) -> float:
        """Open the address; returns the milliseconds until the first steps are on the screen."""
        spent = self._tab.visit(self._side.address + address, _TREE)
        self._rest()
        return spent

    def choose(self, name: str) -> tuple[float, float]:
        """Look a step up by its name and click it.

        Returns the milliseconds until it is there, and the longest of them in which the browser
        heard nothing.
        """
        field = self._page.locator(".find").first
        field.fill(name)
        field.press("Enter")
        row = self._page.locator(_TREE, has_text=name).first
        row.wait_for()
        self._page.evaluate("() => forgetPauses()")
        self._page.evaluate("given => watchNew(given)", ["click", "find_in_", "", "", 0])
        row.click()
        spent = float(self._page.evaluate("() => orTooLate(watchedNew)"))
        self._rest()
        self._page.wait_for_timeout(_SETTLED_MS)
        return spent, float(self._page.evaluate("() => longestPause()"))

    def _rest(self) -> None:
        self._page.locator(_AT_REST).wait_for()


@contextmanager
def trace_tab(browser: Chromium, side: Side) -> Iterator[TraceTab]:
    """Open a browser that was never there, signed in, during the block."""
    with browser.tab(side) as tab:
        for name in _SCRIPTS:
            tab.page.add_init_script(path=_FOLDER / name)
        yield TraceTab(tab, side)
