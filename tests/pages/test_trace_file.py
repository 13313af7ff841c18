"""The address a trace is downloaded from: for whom it answers, and with what."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import app
from backend.errors import NotAllowed, NotFound, Unreachable
from backend.identity import Role
from components.session import COOKIE
from tests.pages.one_trace import TRACE_ID


@pytest.fixture
def reading(visit):
    """An analyst, and a trace."""
    visit.identity.roles = {Role.ANALYST}
    return visit.trace_reading


@pytest.fixture
def browser(reading):
    """The browser of an analyst, at the app's own routes and middleware."""
    site = Starlette(routes=app.ROUTES, middleware=app.MIDDLEWARE)
    cookies = {COOKIE: "dapi-alice"}
    return TestClient(site, base_url="http://127.0.0.1:8501", cookies=cookies)


def test_file_of_a_trace_is_sent_as_it_is_read(browser):
    """As an attachment that no cache keeps."""
    answer = browser.get(f"/export/traces/{TRACE_ID}")

    assert answer.json() == {"info": {}}
    disposition = f'attachment; filename="trace-{TRACE_ID}.json"'
    assert answer.headers["content-disposition"] == disposition
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("problem", "status"), [(NotAllowed(), 403), (NotFound(), 404), (Unreachable(), 503)]
)
def test_file_that_cannot_be_had_is_a_page_that_says_why(browser, reading, problem, status):
    """A person has opened the address."""
    reading.error = problem

    answer = browser.get(f"/export/traces/{TRACE_ID}")

    assert answer.status_code == status
    assert problem.sentence in answer.text


def test_file_is_for_nobody_without_a_cookie_or_from_another_site(browser, reading):
    """Nor does another site make a browser download it."""
    address = f"/export/traces/{TRACE_ID}"
    assert browser.get(address, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert browser.head(address).content == b""
    browser.cookies.clear()

    assert browser.get(address).status_code == 401
