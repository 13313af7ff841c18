"""The workspace dies in the middle of something and comes back: said in a sentence, all kept."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from playwright.sync_api import expect

from local_workspace import WorkspaceConnection, running_workspace
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
    led_to,
)
from tests.browser.looking import WIDE
from tests.registered_models import question, register

SLOW = "main.browser.slow_chain"


@dataclass
class Mortal:
    """A workspace that may be killed, and the app before it."""

    folder: Path
    port: int
    stack: ExitStack
    workspace: WorkspaceConnection
    app: str = ""

    @property
    def place(self) -> Place:
        return Place(self.workspace, self.app)

    def kill(self) -> None:
        """End it as a power cut would, in the middle of whatever it does."""
        for process in psutil.Process().children():
            if str(self.folder) in process.cmdline() and "serve" in process.cmdline():
                process.kill()
                process.wait(20)

    def revive(self) -> None:
        """Start it again where it was, and wait until the chain answers."""
        self.workspace = self.stack.enter_context(running_workspace(self.folder, port=self.port))
        _wait(self._is_ready)

    def _is_ready(self) -> bool:
        endpoint = self.place.api("GET", f"/api/2.0/serving-endpoints/{ENDPOINT}")
        return endpoint["state"]["ready"] == "READY"


@pytest.fixture(scope="module")
def mortal(executable, tmp_path_factory) -> Iterator[Mortal]:
    """One for both journeys; each finds it alive."""
    folder, port = tmp_path_factory.mktemp("mortal"), _free_port()
    with ExitStack() as stack:
        workspace = stack.enter_context(running_workspace(folder / "data", port=port))
        _deploy(workspace)
        with led_to(workspace):
            register(SLOW, "slow_to_load", input_example=question("say hello"))
        made = Mortal(folder / "data", port, stack, workspace)
        made.app = stack.enter_context(_starting_app(workspace, folder / "app.log"))
        _wait(lambda: _answers(f"{made.app}/healthz"))
        yield made


@pytest.fixture
def page(browser):
    """A browser that was never there."""
    context = browser.new_context(viewport=WIDE)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_workspace_killed_in_the_middle_of_an_answer(mortal, page):
    """What had come and what was said before stay; when it is back, the question is asked again."""
    ida = Visitor(page)
    page.goto(mortal.place.invite("Ida"))
    page.get_by_placeholder("Ask a question").wait_for()
    ida.ask("say Before.")
    ida.answer()
    ida.thumb("Right").click()
    page.get_by_text("Your verdict is saved").wait_for()
    ida.ask("count 2000")
    page.get_by_text(re.compile("0 1 2 3")).wait_for()

    mortal.kill()
    again = page.get_by_role("button", name="Ask again")
    again.wait_for()
    expect(page.get_by_text(re.compile("0 1 2 3"))).to_be_visible()
    expect(page.get_by_text("Before.").last).to_be_visible()

    mortal.revive()
    again.click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("2 of 2").wait_for()
    page.reload()

    expect(page.get_by_text("Your verdict is saved").first).to_be_visible(timeout=30_000)
    expect(page.locator("[class*=st-key-bubble_]", has_text="count 2000")).to_be_visible()


def test_workspace_killed_in_the_middle_of_a_deployment(mortal, page, tmp_path):
    """The page of the release goes on where it was, and says in the end what is true."""
    mortal.place.client.ensure_user("odo@example.com", "Odo", "admins")
    code = mortal.place.client.sign_in_code("odo@example.com")
    wish = f"/deployments?endpoint={ENDPOINT}&deploy={SLOW}&version=1"
    page.goto(f"{mortal.app}/sign-in?code={code}&next={quote(wish, safe='')}")
    page.get_by_text("How it runs").click()
    pid_file = tmp_path / "pid"
    variables = page.get_by_role("textbox", name="Environment variables")
    variables.fill(f"LOAD_SECONDS=3\nPID_FILE={pid_file}")
    page.keyboard.press("Tab")
    why = page.get_by_role("textbox", name="Why?")
    why.fill("Try the large one")
    why.press("Enter")
    page.get_by_text("is being prepared").wait_for()
    _wait(pid_file.exists)

    mortal.kill()
    mortal.revive()
    page.reload()

    expect(page.get_by_text("at last").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Try the large one").first).to_be_visible()
    served = mortal.place.api("GET", f"/api/2.0/serving-endpoints/{ENDPOINT}")["config"]
    routes = served["traffic_config"]["routes"]
    assert sorted(each["traffic_percentage"] for each in routes)[-2:] == [0, 100]
