"""Looking at a page as it is now: pictures for people, axe for the rules of accessibility."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
AT_REST = "[data-test-script-state=notRunning], body:not(:has([data-testid=stApp]))"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# What Streamlit draws itself, and nothing of ours can change: {rule: reason}.
STREAMLITS_OWN = {
    "list": "the menu puts the headers of its sections between the items of one list",
    "listitem": "the menu's items are in turn not the list's own children",
}

EVERYTHING: dict[str, object] = {"resultTypes": ["violations"]}
# In the dark nothing else differs.
COLOURS = EVERYTHING | {"runOnly": ["color-contrast"]}


def look_at(page: Page, name: str) -> None:
    """Keep pictures of the page and fail if it shuts somebody out.

    It must be at rest: while a script runs, Streamlit fades what is about to be replaced.
    """
    page.locator(AT_REST).wait_for()
    found = []
    for scheme, options in (("dark", COLOURS), ("light", EVERYTHING)):
        _show(page, scheme, WIDE)
        keep_picture(page, f"{name}-{scheme}")
        found += [f"{scheme}: {each}" for each in violations(page, options)]
    _show(page, "light", NARROW)
    keep_picture(page, f"{name}-390")
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size(WIDE)
    assert not found, "\n".join(found)
    assert not too_wide, "at 390 px the page has to be scrolled sideways"


def violations(page: Page, options: dict[str, object]) -> list[str]:
    """Return each serious violation that is ours, with the elements it was found in."""
    answer = Axe().run(page, options=options).response
    return [
        f"{each['id']}: {each['help']}\n" + "\n".join(node["html"][:300] for node in each["nodes"])
        for each in answer["violations"]
        if each["impact"] in ("serious", "critical") and each["id"] not in STREAMLITS_OWN
    ]


def _show(page: Page, scheme: str, size: dict[str, int]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    # The theme follows on the next frames, some colours with a transition.
    page.wait_for_timeout(250)


def keep_picture(page: Page, name: str) -> None:
    """Write what the page looks like, for people."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
