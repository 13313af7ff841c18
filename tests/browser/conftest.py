"""A running workspace, the real app before it, and visitors who come with a browser."""

import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import mlflow
import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from backend.agents import deploy
from local_workspace import WorkspaceConnection, running_workspace
from local_workspace.client import LocalClient
from tests.browser import chromium
from tests.browser.looking import AT_REST, keep_picture
from tests.registered_models import question, register

ROOT = Path(__file__).parents[2]
# A page that is not as it should be by then never will be; what is there in time costs no time.
PATIENCE_MS = 45_000
SIZE = {"width": 1280, "height": 800}
expect.set_options(timeout=PATIENCE_MS)
FAILED = pytest.StashKey[bool]()
MODEL = "main.browser.talking_chain"
ENDPOINT = "agents_main-browser-talking_chain"
TAGS = {
    "reviewapp.instructions": "Ask it **anything**; it says it back.",
    "reviewapp.suggested_questions": '["say Nothing in particular", "count 3"]',
}


@dataclass
class Visitor:
    """One person's browser, with everything it asked for and complained of."""

    page: Page
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> "Visitor":
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)
        return self

    def _note(self, message) -> None:
        # On a page's own address Streamlit first looks for its server below that address.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            self.complaints.append(message.text)

    @property
    def hosts(self) -> set[str]:
        """Every host the browser turned to."""
        return {urlsplit(url).netloc for url in self.requested if url.startswith(("http", "ws"))}

    def ask(self, text: str) -> None:
        """Put a question, without waiting for the answer."""
        box = self.page.get_by_placeholder("Ask a question")
        box.fill(text)
        box.press("Enter")
        self.page.locator("[class*=st-key-bubble_]", has_text=text).last.wait_for()

    def answer(self):
        """The newest answer once it is complete."""
        last = self.page.locator("[class*=st-key-answer_]").last
        last.get_by_role("button", name="Ask again").wait_for()
        # In a process that has just begun, the list of conversations comes when MLflow is imported.
        self.page.locator(AT_REST).wait_for(timeout=60_000)
        return last

    def thumb(self, word: str):
        """The verdict of this name under the newest answer."""
        return self.page.locator("[class*=st-key-thumb_]").last.locator("button", has_text=word)


@dataclass(frozen=True)
class Place:
    """The workspace, the app before it, and how people get in."""

    workspace: WorkspaceConnection
    app: str
    # Where the workspace keeps its data.
    folder: Path = Path()

    @property
    def client(self) -> LocalClient:
        return LocalClient(self.workspace.host, self.workspace.token)

    def api(self, method: str, path: str, token: str = "", **options) -> dict:
        """Ask the workspace as its owner, or as whoever holds the token."""
        headers = {"Authorization": f"Bearer {token or self.workspace.token}"}
        url = self.workspace.host + path
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            answer = requests.request(method, url, headers=headers, timeout=30, **options)
        answer.raise_for_status()
        return answer.json()

    def invite(self, name: str, may_ask: bool = True, display_name: str = "") -> str:
        """Make somebody a reviewer and return that person's sign-in link."""
        user = f"{name.lower()}@example.com"
        self.client.ensure_user(user, display_name or name, "reviewers")
        if may_ask:
            allow(self, user)
        return f"{self.app}/sign-in?code={self.client.sign_in_code(user)}"


def allow(place: Place, user: str, name: str = ENDPOINT) -> None:
    """Let one person query a chain."""
    endpoint = place.api("GET", f"/api/2.0/serving-endpoints/{name}")
    entry = {"user_name": user, "permission_level": "CAN_QUERY"}
    path = f"/api/2.0/permissions/serving-endpoints/{endpoint['id']}"
    place.api("PATCH", path, json={"access_control_list": [entry]})


@pytest.fixture(scope="package")
def executable() -> str:
    """Chromium's path; the journeys are skipped where there is none."""
    path = chromium.path()
    if path is None:
        pytest.skip("no Chromium: install one, or run `playwright install chromium`")
    return path


@pytest.fixture(scope="package")
def place(executable, tmp_path_factory) -> Iterator[Place]:
    """A workspace with one chain, and the app as `make run` starts it."""
    folder = tmp_path_factory.mktemp("browser")
    # The app takes seconds to import everything, and does so while the chain is deployed.
    with (
        running_workspace(folder) as workspace,
        _starting_app(workspace, folder / "app.log") as url,
    ):
        _deploy(workspace)
        _wait(lambda: _answers(f"{url}/healthz"))
        yield Place(workspace, url, folder)


@pytest.fixture(scope="package")
def logged(place):
    """A chain with 10,000 recorded requests, see `logged.py`; made when it is first asked for."""
    # It knows this module.
    from tests.browser.logged import log_requests  # noqa: PLC0415

    return log_requests(place, _wait)


@contextmanager
def led_to(workspace: WorkspaceConnection) -> Iterator[None]:
    """Lead the clients of this process to the workspace, as in a notebook."""
    before = mlflow.get_tracking_uri()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in workspace.environment.items():
            patch.setenv(name, value)
        mlflow.set_tracking_uri(workspace.mlflow_tracking_uri)
        yield
        mlflow.set_tracking_uri(before)


def _deploy(workspace: WorkspaceConnection) -> None:
    with led_to(workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        deploy(MODEL, 1, description="Says back what it is told.", tags=TAGS)
    url = f"{workspace.host}/api/2.0/serving-endpoints/{ENDPOINT}"
    headers = {"Authorization": f"Bearer {workspace.token}"}
    _wait(lambda: requests.get(url, headers=headers, timeout=5).json()["state"]["ready"] == "READY")


@contextmanager
def _starting_app(workspace: WorkspaceConnection, log: Path) -> Iterator[str]:
    client = LocalClient(workspace.host, workspace.token)
    token = client.service_principal_token("review-app")
    variables = workspace.environment | {"DATABRICKS_TOKEN": token, "MLFLOW_TRACKING_TOKEN": token}
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stdout=output, stderr=output
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not start in time"
        time.sleep(0.1)


@pytest.fixture(scope="package")
def browser(executable) -> Iterator[Browser]:
    """One Chromium for all journeys; each visitor has a profile of their own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.QUIET)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember whether a journey has failed, for who tidies up after it."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="package")
def profiles(browser) -> list[BrowserContext]:
    """What journeys before this one have left: empty but for the scripts of the app, compiled."""
    return []


@pytest.fixture
def visit(browser, profiles, place, request) -> Iterator[Callable[[str], Visitor]]:
    """Return a function that comes to an address with a browser that was never there.

    Whatever a journey is about, its browser turns to no host but the app's.
    """
    contexts, visitors = [], []

    def come(address: str) -> Visitor:
        context = profiles.pop() if profiles else _new_profile(browser)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        visitor = Visitor(context.new_page()).watch()
        visitors.append(visitor)
        visitor.page.goto(address)
        return visitor

    yield come
    for number, visitor in enumerate(visitors):
        if request.node.stash.get(FAILED, False):
            keep_picture(visitor.page, f"failed-{request.node.originalname}-{number}")
    for context in contexts:
        _forget_everything(context, place.app)
    profiles += contexts
    assert {host for each in visitors for host in each.hosts} == {urlsplit(place.app).netloc}


def _new_profile(browser: Browser) -> BrowserContext:
    # Nobody looks at what moves; drawing it sixty times a second is a tenth of a browser's work.
    return browser.new_context(viewport=SIZE, reduced_motion="reduce")


def _forget_everything(context: BrowserContext, app: str) -> None:
    """Leave nothing of a visitor but what was loaded and is the same for everybody."""
    context.clear_cookies()
    page = context.new_page()
    # No page of the app, which would begin a session; but its origin, which has the storage.
    page.goto(f"{app}/healthz")
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
    for each in context.pages:
        each.close()
