"""The address files come from: for whom it answers, with what, and how it breaks off."""

import threading

import anyio
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import app
from backend.errors import (
    NotAllowed,
    NotFound,
    NotOffered,
    Refused,
    SignInNeeded,
    TooManyRequests,
    Unreachable,
)
from backend.identity import Role
from backend.log_export.exports import Download
from components.log_export.route import Sending
from components.session import COOKIE
from tests.pages.exported import FakeParts

ADDRESS = "/export/requests/e0"


@pytest.fixture
def browser(visit):
    """The browser of an analyst, at the app's own routes and middleware."""
    visit.identity.roles = {Role.ANALYST}
    site = Starlette(routes=app.ROUTES, middleware=app.MIDDLEWARE)
    cookies = {COOKIE: "dapi-alice"}
    return TestClient(site, base_url="http://127.0.0.1:8501", cookies=cookies)


def test_the_file_is_sent_as_an_attachment_nobody_keeps(browser, visit):
    """It is neither shown by the browser, guessed at, packed again nor kept in a cache."""
    answer = browser.get(ADDRESS)

    assert (answer.status_code, answer.content) == (200, b"PKthe rest")
    assert answer.headers["content-disposition"] == 'attachment; filename="requests-chain.zip"'
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in answer.headers
    assert "content-length" not in answer.headers
    assert visit.log_export.begun == ["e0"]
    assert visit.tokens_used == ["dapi-alice"]
    assert visit.log_export.parts.is_closed


def test_without_a_cookie_there_is_a_page_that_says_so(browser, visit):
    """Nobody is asked anything on behalf of nobody."""
    browser.cookies.clear()

    answer = browser.get(ADDRESS)

    assert answer.status_code == 401
    assert "Open a new sign-in link." in answer.text
    assert visit.tokens_used == []


def test_a_token_in_the_address_is_none(browser):
    """An address is written to logs and sent on; the cookie is not."""
    browser.cookies.clear()

    answer = browser.get(f"{ADDRESS}?token=dapi-alice", headers={"Authorization": "Bearer dapi"})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (SignInNeeded(), 401),
        (NotAllowed("Not <b>yours</b>."), 403),
        (NotFound(), 404),
        (Refused(), 409),
        (NotOffered(), 409),
        (TooManyRequests(), 429),
        (Unreachable(), 503),
    ],
)
def test_what_is_refused_is_told_on_a_page(browser, visit, problem, status):
    """The words are those of the error, as text, and there is a way back."""
    visit.log_export.error = problem

    answer = browser.get(ADDRESS)

    assert answer.status_code == status
    assert "Nothing was downloaded" in answer.text
    assert "<b>" not in answer.text
    assert '<a href="/request_logs">' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "attachment" not in answer.headers.get("content-disposition", "")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_other_sites_cannot_begin_a_download(browser, visit, site):
    """The cookie goes along with a link anybody wrote; the browser says where it is from."""
    answer = browser.get(ADDRESS, headers={"Sec-Fetch-Site": site})

    assert answer.status_code == 403
    assert visit.tokens_used == []


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_page_and_the_person_can(browser, site):
    """A click on the page, and an address that was typed."""
    assert browser.get(ADDRESS, headers={"Sec-Fetch-Site": site}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_reading_is_possible(browser, visit, method):
    """There is nothing to change at this address."""
    assert browser.request(method, ADDRESS).status_code == 405
    assert visit.log_export.begun == []


def test_looking_at_the_address_begins_nothing(browser, visit):
    """Programs that look at links ahead use up no download."""
    assert browser.head(ADDRESS).status_code == 200
    assert visit.log_export.begun == []


def test_an_error_in_the_middle_breaks_the_connection(browser, visit):
    """What was sent must not look like a whole file, so no end is sent."""
    visit.log_export.parts = FakeParts([b"PK", Refused("Out of order."), b"never"])

    with pytest.raises(Refused, match=r"Out of order\."):
        browser.get(ADDRESS)

    assert visit.log_export.parts.is_closed


class _Endless:
    """Waits for the warehouse, until that is told to stop."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()
        self.is_stopped = threading.Event()
        self.is_closed = False

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        self.is_asked.set()
        assert self.is_stopped.wait(10), "nobody stopped it"
        raise Refused("The statement was stopped.")

    def close(self) -> None:
        self.is_closed = True


def test_a_browser_that_leaves_stops_the_warehouse():
    """Nobody would read what a statement of minutes finds."""
    parts = _Endless()
    sent = []

    async def receive():
        await anyio.to_thread.run_sync(parts.is_asked.wait, 10)
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message["type"])

    download = Download("requests-chain.zip", parts, parts.is_stopped.set, parts.close)
    with pytest.raises(Refused):
        anyio.run(Sending(download), {"type": "http"}, receive, send)

    assert sent == ["http.response.start"]
    assert parts.is_closed
