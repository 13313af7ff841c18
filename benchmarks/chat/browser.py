"""Chromium, and what is measured in it: the clock is the page's own, and the frame counts.

Playwright is in the dependency group `browser`, which the other figures do without; so it is
imported here, when a figure needs it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.chat.sides import Side

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

SAVED = "Your verdict is saved"
_SCRIPT = Path(__file__).with_name("watching.js")
_AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"
_WATCH = "([event, texts]) => watch(event, texts)"
_CAN_BE_JUDGED = "([words, thumbs]) => canBeJudged(words, thumbs)"
_PATIENCE_MS = 60_000
_SEEN_MS = 30_000
_LOOK_MS = 10
_ATTEMPTS = 4


class NoBrowser(Exception):
    """This figure needs a browser that is not installed."""


@dataclass(frozen=True)
class Asked:
    """Milliseconds from Enter until the question, and the answer's first words, are on screen."""

    question: float
    first_words: float


class Tab:
    """A browser of its own with one page, before one of the apps."""

    def __init__(self, context: BrowserContext, side: Side) -> None:
        self._side = side
        self._page: Page = context.new_page()

    @property
    def page(self) -> Page:
        """Return the page itself, for who measures other things in it."""
        return self._page

    def open(self, *, until: str = "") -> float:
        """Open the app; returns the milliseconds until one can type, and waits for these words.

        What was asked a moment ago may not have reached the place the app reads it from.
        """
        for _ in range(_ATTEMPTS):
            self._page.goto(self._side.page)
            if not until:
                break
            if self._shows(until):
                break
        interactive = float(self._page.evaluate("() => orTooLate(interactive)"))
        self._rest()
        return interactive

    def visit(self, address: str, seen: str) -> float:
        """Open an address; returns the milliseconds until something is on the screen there."""
        self._page.goto(address)
        there, until = self._page.locator(seen).first, time.monotonic() + _PATIENCE_MS / 1000
        # Waiting for it as Playwright does would be to look twice a second.
        while not there.is_visible() and time.monotonic() < until:
            self._page.wait_for_timeout(_LOOK_MS)
        there.wait_for()
        return float(self._page.evaluate("() => orTooLate(framed())"))

    def ask(self, name: str) -> Asked:
        """Put a question of this name and wait for the whole answer."""
        question = f"Question-{name}"
        box = self._page.get_by_placeholder("Ask a question")
        box.fill(f"What is a gamma-ray burst? {question}")
        self._watch("keydown", question, f"Answer-{name}")
        box.press("Enter")
        seen = self._seen()
        self._page.wait_for_function(
            _CAN_BE_JUDGED, arg=[f"Done-{name}", self._side.thumbs], polling=200
        )
        self._rest()
        return Asked(*seen)

    def judge(self, position: int) -> float:
        """Say that an answer is right; returns the milliseconds until "saved" is on screen."""
        thumb = self._page.locator(self._side.thumbs).nth(position).locator("button").first
        thumb.scroll_into_view_if_needed()
        self._watch("click", SAVED)
        thumb.click()
        (saved,) = self._seen()
        self._rest()
        return saved

    def _shows(self, words: str) -> bool:
        from playwright.sync_api import TimeoutError as TooLate  # noqa: PLC0415 - see above

        try:
            self._page.get_by_text(words).first.wait_for(timeout=_SEEN_MS)
        except TooLate:
            return False
        return True

    def _watch(self, event: str, *texts: str) -> None:
        self._page.evaluate(_WATCH, [event, list(texts)])

    def _seen(self) -> list[float]:
        seen: list[float] = self._page.evaluate("() => orTooLate(watched)")
        return seen

    def _rest(self) -> None:
        self._page.locator(_AT_REST).wait_for()


class Chromium:
    """One browser program; each tab has a profile of its own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @contextmanager
    def tab(self, side: Side) -> Iterator[Tab]:
        """Open a browser that was never there, signed in, during the block."""
        context = self._browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(_PATIENCE_MS)
        context.add_init_script(path=_SCRIPT)
        for name, value in side.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": side.address}])
        try:
            yield Tab(context, side)
        finally:
            context.close()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Run Chromium during the block."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - see above

        from tests.browser import chromium as installed  # noqa: PLC0415 - it imports Playwright
    except ImportError as error:
        raise NoBrowser("Playwright is missing; it is in the group `browser`.") from error
    path = installed.path()
    if path is None:
        raise NoBrowser("Chromium is missing: install one, or run `playwright install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=installed.QUIET)
        try:
            yield Chromium(browser)
        finally:
            browser.close()
