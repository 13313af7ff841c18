"""The workspace dies while an answer arrives and comes back: told in a sentence, nothing lost."""

import re
from contextlib import ExitStack

import psutil
from playwright.sync_api import expect

from local_workspace import running_workspace
from tests.browser.conftest import (
    ENDPOINT,
    PATIENCE_MS,
    Place,
    Visitor,
    _answers,
    _deploy,
    _free_port,
    _starting_app,
    _wait,
)
from tests.browser.looking import WIDE


def kill_the_gateway(folder):
    """End it as a power cut would, in the middle of whatever it does."""
    for process in psutil.Process().children():
        if str(folder) in process.cmdline() and "serve" in process.cmdline():
            process.kill()
            process.wait(20)


def is_ready(workspace):
    endpoint = Place(workspace, "").api("GET", f"/api/2.0/serving-endpoints/{ENDPOINT}")
    return endpoint["state"]["ready"] == "READY"


def test_workspace_killed_in_the_middle_of_an_answer(browser, tmp_path):
    """What had come and what was said before stay; when it is back, the question is asked again."""
    folder, port = tmp_path / "data", _free_port()
    with ExitStack() as stack:
        workspace = stack.enter_context(running_workspace(folder, port=port))
        _deploy(workspace)
        url = stack.enter_context(_starting_app(workspace, tmp_path / "app.log"))
        _wait(lambda: _answers(f"{url}/healthz"))
        context = browser.new_context(viewport=WIDE)
        context.set_default_timeout(PATIENCE_MS)
        ida = Visitor(context.new_page())
        ida.page.goto(Place(workspace, url).invite("Ida"))
        ida.page.get_by_placeholder("Ask a question").wait_for()
        ida.ask("say Before.")
        ida.answer()
        ida.thumb("Right").click()
        ida.page.get_by_text("Your verdict is saved").wait_for()
        ida.ask("count 2000")
        ida.page.get_by_text(re.compile("0 1 2 3")).wait_for()

        kill_the_gateway(folder)
        again = ida.page.get_by_role("button", name="Ask again")
        again.wait_for()
        expect(ida.page.get_by_text(re.compile("0 1 2 3"))).to_be_visible()
        expect(ida.page.get_by_text("Before.").last).to_be_visible()

        back = stack.enter_context(running_workspace(folder, port=port))
        _wait(lambda: is_ready(back))
        again.click()
        ida.page.get_by_role("button", name="Stop").click()
        ida.page.get_by_text("2 of 2").wait_for()
        ida.page.reload()

        expect(ida.page.get_by_text("Your verdict is saved").first).to_be_visible(timeout=30_000)
        expect(ida.page.locator("[class*=st-key-bubble_]", has_text="count 2000")).to_be_visible()
        context.close()
