"""A browser in which somebody looks at request logs: what is clicked, and when it is on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from benchmarks.chat.browser import Chromium
from benchmarks.chat.sides import Side

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_SCRIPT = Path(__file__).with_name("watching.js")
_AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"
_ROWS = "log_rows_"
_CANVAS = "canvas"
_PLOTS = "[data-testid=stVegaLiteChart] :is(canvas, svg)"
_HEADER, _ROW = 37, 35
# The offer to fetch a file is drawn anew every second.
_PREPARED_MS = 2500
MEGABYTE = 1 << 20


class LogTab:
    """One tab at the page of request logs."""

    def __init__(self, page: Page, side: Side) -> None:
        self._page = page
        self._side = side

    def open(self, address: str) -> None:
        """Open an address of the page and wait for its list."""
        self._page.goto(self._side.address + address)
        self._grid().wait_for()
        self._rest()

    def choose(self, filter_name: str, place: int) -> float:
        """Choose the value at this place in a filter; returns the milliseconds to the new list."""
        fold = self._key(f"log_values_{filter_name}").locator("button").first
        if not fold.count():
            self._unfold()
        fold.click()
        options = self._key(f"log_choice_{filter_name}")
        choices = options.locator("[data-testid=stRadioOption], button")
        choices.first.wait_for()
        self._rest()
        spent = self._until_rows(choices.nth(place).click)
        self._page.keyboard.press("Escape")
        self._rest()
        return spent

    def choose_span(self, words: str) -> float:
        """Choose one of the quick ranges."""
        self._key("log_time").locator("button").first.click()
        choice = self._key("log_span").locator("[data-testid=stRadioOption]", has_text=words).first
        choice.wait_for()
        self._rest()
        return self._until_rows(choice.click)

    def switch(self, key: str) -> float:
        """Set a box among the other filters."""
        self._unfold()
        return self._until_rows(self._key(key).locator("label").first.click)

    def fill(self, key: str, text: str) -> float:
        """Fill a field of the form among the other filters, and apply it."""
        self._unfold()
        self._key(key).locator("input").fill(text)
        apply = self._page.get_by_role("button", name="Apply", exact=True)
        return self._until_rows(apply.click)

    def search(self, text: str) -> float:
        """Look for a text."""
        field = self._key("log_text").locator("input")
        field.fill(text)
        return self._until_rows(lambda: field.press("Enter"), "keydown")

    def clear(self) -> float:
        """Take all filters off."""
        return self._until_rows(self._key("log_clear").locator("button").first.click)

    def turn(self) -> float:
        """Turn to the next page of the list."""
        return self._until_rows(self._key("log_older").locator("button").first.click)

    def open_row(self, place: int) -> float:
        """Click on a request of the list; returns the milliseconds until all of it is there."""
        grid = self._grid()
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        assert box is not None
        x, y = box["x"] + 120, box["y"] + _HEADER + (place + 0.5) * _ROW
        return self._until_opened(lambda: self._page.mouse.click(x, y), "pointerup")

    def next_row(self) -> float:
        """Go to the next request with the key for it."""
        return self._until_opened(lambda: self._page.keyboard.press("j"), "keydown")

    def close_row(self) -> None:
        """Go back to the list alone."""
        self._key("log_close").locator("button").first.click()
        self._rest()

    def plots(self) -> float:
        """Look at how it went over time; returns the milliseconds until the last plot is there."""
        view = self._key("log_view").locator("button", has_text="Over time")
        spent = self._until(view.click, "click", "log_course_table", "", _PLOTS, 3)
        self._key("log_view").locator("button").first.click()
        self._grid().wait_for()
        self._rest()
        return spent

    def export_address(self, kind: str) -> str:
        """Ask for an export as this kind of file; returns the path it can be fetched from."""
        fold = self._key("log_export").locator("button").first
        link = self._key("log_export_download").locator("a").first
        if not link.is_visible():
            fold.click()
            link.wait_for()
        self._key("log_export_kind").locator("button", has_text=kind).first.click()
        self._rest()
        # It is prepared anew for each kind; what stood there was fetched already, or never will be.
        self._page.wait_for_timeout(_PREPARED_MS)
        self._rest()
        address = link.get_attribute("href") or ""
        self._page.keyboard.press("Escape")
        self._rest()
        return urlsplit(urljoin(self._page.url, address)).path

    def heap_mb(self) -> float:
        """Return what the page's own objects take once nothing is left to be thrown away."""
        session = self._page.context.new_cdp_session(self._page)
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        session.detach()
        used = next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")
        return float(used) / MEGABYTE

    def _unfold(self) -> None:
        if not self._key("log_slower").count():
            self._key("log_more").locator("summary").first.click()
            self._key("log_slower").wait_for()
            self._rest()

    def _until_rows(self, act: Callable[[], object], event: str = "click") -> float:
        return self._until(act, event, _ROWS, _CANVAS)

    def _until_opened(self, act: Callable[[], object], event: str) -> float:
        return self._until(act, event, "log_repeat_", "")

    def _until(
        self,
        act: Callable[[], object],
        event: str,
        prefix: str,
        inner: str,
        elsewhere: str = "",
        many: int = 0,
    ) -> float:
        self._page.evaluate("given => watchNew(given)", [event, prefix, inner, elsewhere, many])
        act()
        spent = float(self._page.evaluate("() => orTooLate(watchedNew)"))
        self._rest()
        return spent

    def _grid(self) -> Locator:
        return self._page.locator(f"[class*=st-key-{_ROWS}] canvas").first

    def _key(self, key: str) -> Locator:
        return self._page.locator(f".st-key-{key}")

    def _rest(self) -> None:
        self._page.locator(_AT_REST).wait_for()


@contextmanager
def log_tab(browser: Chromium, side: Side) -> Iterator[LogTab]:
    """Open a browser that was never there, signed in, during the block."""
    with browser.tab(side) as tab:
        tab.page.add_init_script(path=_SCRIPT)
        yield LogTab(tab.page, side)
