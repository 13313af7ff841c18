"""Where Chromium is, and how it is started so that it asks nobody for anything.

`python -m tests.browser.chromium` fails where there is none.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def path() -> str | None:
    """Return the system's Chromium, or else Playwright's own."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or _own()


def _own() -> str | None:
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


if __name__ == "__main__":
    sys.exit(0 if path() else "No Chromium was found.")
