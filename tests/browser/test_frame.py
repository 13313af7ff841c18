"""What surrounds the pages, in a real browser: the sidebar, the way in, what is away."""

import contextlib
import re
import socket
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENDPOINT, PATIENCE_MS, Visitor, _answers, _starting_app, _wait
from tests.browser.looking import NARROW, WIDE, look_at

LOW = {"width": 1280, "height": 600}


def ask_often(place, user, times):
    """Give the person conversations, as many as a busy month brings."""
    code = place.client.sign_in_code(user)
    body = {"grant_type": "authorization_code", "code": code}
    token = place.api("POST", "/oidc/v1/token", data=body)["access_token"]
    for number in range(times):
        question = {
            "messages": [{"role": "user", "content": f"say Question {number} of this month"}],
            "databricks_options": {"conversation_id": f"{user}-{number}"},
        }
        url = f"/serving-endpoints/{ENDPOINT}/invocations"
        place.api("POST", url, token, json=question)


def test_a_long_list_scrolls_above_the_person(place, visit):
    """However much one has asked, who one is and the way out stay in sight, and keys reach all."""
    link = place.invite("Leni")
    ask_often(place, "leni@example.com", 20)
    page = visit(link).page
    more = page.get_by_role("button", name=re.compile("^Show . more"))
    _wait(lambda: _is_listed(page, more))
    for size in (WIDE, LOW, NARROW):
        page.set_viewport_size(size)
        if size is NARROW:
            page.get_by_test_id("stExpandSidebarButton").click()
        # Only what gets the focus anew is scrolled to.
        more.blur()
        more.focus()

        expect(more).to_be_in_viewport()
        expect(page.get_by_role("link", name="Sign out")).to_be_in_viewport(ratio=1)
        box, person = more.bounding_box(), page.locator(".st-key-person").bounding_box()
        assert box["y"] + box["height"] <= person["y"] + 1, size


def _is_listed(page, element):
    """Look at the page anew: what was asked reaches MLflow within seconds, and not at once."""
    page.reload()
    page.get_by_placeholder("Ask a question").wait_for()
    page.get_by_role("textbox", name="Search your conversations").or_(
        page.get_by_text("What you ask will be listed here.")
    ).wait_for()
    return bool(element.count())


def test_a_link_to_a_page_is_followed_after_signing_in(place, visit):
    """Either the link knows where one wanted to go, or the page is loaded again."""
    stranger = visit(f"{place.app}/chat?endpoint={ENDPOINT}")
    stranger.page.get_by_text("Open your personal sign-in link.").wait_for()
    link = f"{place.invite('Nora')}&next=/home%3Fendpoint%3D{ENDPOINT}"
    other_tab = stranger.page.context.new_page()
    other_tab.goto(link)

    expect(other_tab.get_by_role("heading", name="Hello, Nora")).to_be_visible()
    assert other_tab.url == f"{place.app}/home?endpoint={ENDPOINT}"

    stranger.page.get_by_role("link", name="Load this page again").click()
    expect(stranger.page.get_by_placeholder("Ask a question")).to_be_visible()
    assert stranger.page.url == f"{place.app}/?endpoint={ENDPOINT}"


def test_whoever_has_no_role_is_told_whom_to_ask(place, visit):
    """Signing in alone is not enough, and the page says what is."""
    user = {"userName": "pia@example.com", "displayName": "Pia"}
    place.api("POST", "/api/2.0/preview/scim/v2/Users", json=user)
    code = place.client.sign_in_code("pia@example.com")
    pia = visit(f"{place.app}/sign-in?code={code}")

    pia.page.get_by_text("You have no role here yet").wait_for()
    look_at(pia.page, "no-role")


def test_the_chains_stand_side_by_side_and_lead_to_their_chat(place, visit):
    """From the list one click goes to the chain; a talk that is not there is a sentence."""
    rosa = visit(f"{place.invite('Rosa')}&next=/home")
    rosa.page.get_by_role("heading", name="Hello, Rosa").wait_for()
    look_at(rosa.page, "chains")

    rosa.page.get_by_role("link", name="Ask it").first.click()
    expect(rosa.page.get_by_placeholder("Ask a question")).to_be_visible()
    assert f"endpoint={ENDPOINT}" in rosa.page.url

    rosa.page.goto(f"{place.app}/?conversation=nowhere&endpoint={ENDPOINT}")
    rosa.page.get_by_text("This conversation is not here").wait_for()
    look_at(rosa.page, "no-conversation")
    assert rosa.complaints == []


class Line:
    """The way from an app to its workspace, which can be cut and mended."""

    def __init__(self, host: str) -> None:
        self._target = (urlsplit(host).hostname, urlsplit(host).port)
        self._open: list[socket.socket] = []
        self._door = socket.socket()
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._door.bind(("127.0.0.1", 0))
        self._address = self._door.getsockname()
        self.url = f"http://127.0.0.1:{self._address[1]}"

    def mend(self) -> None:
        """Take connections; before that, and after a cut, they are refused."""
        if self._door.fileno() == -1:
            self._door = socket.create_server(self._address)
        self._door.listen()
        threading.Thread(target=self._take, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """End every connection."""
        for each in (self._door, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _take(self, door: socket.socket) -> None:
        while True:
            try:
                near = door.accept()[0]
            except OSError:
                return
            far = socket.create_connection(self._target)
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def lines(place):
    """The ways to the workspace and to MLflow, the second one cut."""
    to_workspace, to_mlflow = Line(place.workspace.host), Line(place.workspace.host)
    to_workspace.mend()
    yield to_workspace, to_mlflow
    to_workspace.cut()
    to_mlflow.cut()


@pytest.fixture
def shaky(place, lines, browser, tmp_path):
    """A person before an app that reaches its workspace by these lines."""
    to_workspace, to_mlflow = lines
    reached = replace(place.workspace, host=to_workspace.url, mlflow_tracking_uri=to_mlflow.url)
    link = urlsplit(place.invite("Olga"))
    with _starting_app(reached, tmp_path / "app.log") as url:
        _wait(lambda: _answers(f"{url}/healthz"))
        page = browser.new_page(viewport=WIDE)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{url}/sign-in?{link.query}")
        yield Visitor(page)
        page.close()


def test_what_is_away_is_said_in_one_line_and_the_page_works_on(shaky, lines):
    """MLflow first, then the workspace; each line goes by itself when the other side is back."""
    to_workspace, to_mlflow = lines
    page, notice = shaky.page, shaky.page.locator(".st-key-outage")
    shaky.ask("say Five days.")
    shaky.answer().get_by_text("Five days.").first.wait_for()
    _until_seen(page, notice)
    expect(notice).to_contain_text("MLflow cannot be reached.")
    look_at(page, "mlflow-away")

    to_mlflow.mend()
    expect(notice).to_have_count(0)

    to_workspace.cut()
    _until_seen(page, notice)
    expect(notice).to_contain_text("The workspace cannot be reached.")
    expect(page.get_by_text("Five days.").first).to_be_visible()
    look_at(page, "workspace-away")

    to_workspace.mend()
    expect(notice).to_have_count(0)
    expect(page.get_by_text("Five days.").first).to_be_visible()


def _until_seen(page, notice):
    """Go to the chains and come back until the line is there, as somebody would who is working."""
    for _ in range(20):
        page.get_by_role("link", name="Chains").click()
        page.get_by_role("heading", name="Hello").wait_for()
        page.get_by_role("link", name="Chat").click()
        page.get_by_placeholder("Ask a question").wait_for()
        page.wait_for_timeout(500)
        if notice.count():
            return
    raise AssertionError("nothing is said of what is away")
