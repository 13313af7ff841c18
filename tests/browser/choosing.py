"""Choosing from a list, as a person does: who sees it close again opens it once more."""

import re

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as NotThere

_LOOKS = 8
_A_LOOK_MS = 5_000


def choose(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Take an option of a list; a page that is drawn anew meanwhile closes the list."""
    listed = page.get_by_role("option", name=option).first
    for look in range(_LOOKS):
        page.get_by_role("combobox", name=label).click()
        try:
            listed.click(timeout=_A_LOOK_MS)
        except NotThere:
            if look == _LOOKS - 1:
                raise
        else:
            return
