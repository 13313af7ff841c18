"""Takes the README's pictures: `python -m tests.browser.take_screenshots APP_URL SIGN_IN_CODE`.

The app is one that `make run` started, the code that of the reviewer's link it printed.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.looking import AT_REST

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CHAIN = "agents_demo-handbook-rag_pyfunc"
SIZE = {"width": 1280, "height": 800}


def main(app: str, code: str) -> None:
    """Ask, judge and look, in the light; then look at the chains in the dark."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        page = _sign_in(browser, app, code)
        _talk(page)
        _keep(page, "chat-light")
        page.emulate_media(color_scheme="dark")
        page.get_by_role("link", name="Chains").click()
        page.get_by_role("heading", name="Hello").wait_for()
        _keep(page, "chains-dark")
        browser.close()


def _sign_in(browser: Browser, app: str, code: str) -> Page:
    page = browser.new_page(viewport=SIZE, color_scheme="light")
    page.set_default_timeout(30_000)
    page.goto(f"{app}/sign-in?code={code}&next=/%3Fendpoint%3D{CHAIN}")
    return page


def _talk(page: Page) -> None:
    box = page.get_by_placeholder("Ask a question")
    box.fill("What is T90?")
    box.press("Enter")
    page.get_by_role("button", name="Ask again").wait_for()
    page.locator("[class*=st-key-thumb_] button", has_text="Right").click()
    page.get_by_text("Your verdict is saved").wait_for()
    page.locator(".st-key-conversations button").first.wait_for()


def _keep(page: Page, name: str) -> None:
    page.locator(AT_REST).wait_for()
    page.mouse.move(0, 0)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main(*sys.argv[1:])
