"""The addresses around the Streamlit script: health, sign-in, sign-out, and the headers on all."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.testclient import TestClient

import app
from backend.errors import LinkRefused, Unreachable
from backend.identity import SignIn
from components.browser_policy import CONTENT_SECURITY_POLICY


@pytest.fixture
def browser(monkeypatch):
    """A browser at the app's own routes and middleware, without the Streamlit script."""
    monkeypatch.setenv("DATABRICKS_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-app")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    site = Starlette(routes=app.ROUTES, middleware=app.MIDDLEWARE)
    return TestClient(site, base_url="http://127.0.0.1:8501", follow_redirects=False)


@pytest.fixture
def redeem(monkeypatch):
    """Decide what a code is worth."""

    def decide(outcome):
        def fake(_host, _code):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(app, "redeem", fake)

    return decide


def test_health_asks_nobody_else(browser):
    """The app is up even if the workspace is not."""
    answer = browser.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_sign_in_link_sets_a_cookie_no_script_can_read(browser, redeem):
    """Neither the code nor the token is in the address the browser goes on to."""
    redeem(SignIn("dapi-alice", 60))

    answer = browser.get("/sign-in?code=once")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("review_app_session=dapi-alice; HttpOnly; Max-Age=60; Path=/")
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/home", "/?conversation=c-1&endpoint=e", "/home?a=https://b/"])
def test_a_link_can_lead_on_to_a_page(browser, redeem, path):
    """Whoever is sent to a conversation arrives there after signing in."""
    redeem(SignIn("dapi-alice", 60))

    answer = browser.get("/sign-in", params={"code": "once", "next": path})

    assert answer.headers["location"] == path


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "https:evil.example",
        "//[",
        "/sign-out",
        "/sign-in?code=another",
        "",
    ],
)
def test_a_link_leads_nowhere_else(browser, redeem, address):
    """Somebody who has just signed in must not end up on another's copy of the app."""
    redeem(SignIn("dapi-alice", 60))

    answer = browser.get("/sign-in", params={"code": "once", "next": address})

    assert answer.headers["location"] == "/"


def test_a_link_that_does_not_work_still_leads_on(browser, redeem):
    """Whoever is signed in already gets where they were sent."""
    redeem(LinkRefused())

    answer = browser.get("/sign-in", params={"code": "used", "next": '/home?a="b'})

    assert '<a href="/home?a=&quot;b">' in answer.text


@pytest.mark.parametrize(
    ("query", "place"), [("", "/"), ("?conversation=c-1", "/?conversation=c-1")]
)
def test_the_chat_has_a_name_of_its_own(browser, query, place):
    """The first page has none in Streamlit, but people and documents call it that."""
    assert browser.get(f"/chat{query}").headers["location"] == place


def test_over_https_the_cookie_is_secure(browser, redeem):
    """It must not leave the browser unencrypted where encryption is used."""
    redeem(SignIn("dapi-alice", None))

    answer = browser.get("https://127.0.0.1:8501/sign-in?code=once")

    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("address", ["/sign-in?code=used", "/sign-in?code=", "/sign-in"])
def test_a_link_that_does_not_work_says_how_to_get_a_new_one(browser, redeem, address):
    """A readable page, no cookie, and nothing of the code in it."""
    redeem(LinkRefused())

    answer = browser.get(address)

    assert answer.status_code == 403
    assert "Ask for a new one." in answer.text
    assert "used" not in answer.text
    assert "set-cookie" not in answer.headers


def test_an_unreachable_workspace_does_not_blame_the_link(browser, redeem):
    """The link may still work later."""
    redeem(Unreachable())

    answer = browser.get("/sign-in?code=once")

    assert answer.status_code == 503
    assert "cannot be reached" in answer.text


def test_looking_at_a_link_does_not_use_it_up(browser, redeem):
    """Chat programs send HEAD to draw a preview of a link."""
    redeem(AssertionError("redeemed"))

    assert browser.head("/sign-in?code=once").status_code == 200


def test_what_an_error_says_is_text_in_the_page(browser, redeem):
    """No sentence can bring its own HTML along."""
    redeem(Unreachable("<script>alert(1)</script>"))

    assert "<script>" not in browser.get("/sign-in?code=once").text


def test_signing_out_removes_the_cookie(browser):
    """The browser forgets the token at once."""
    answer = browser.get("/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert 'review_app_session=""; ' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/sign-out", "/_stcore/metrics"])
def test_every_answer_tells_the_browser_what_it_may_do(browser, path):
    """No picture, script or frame of another host, and no address passed on."""
    headers = browser.get(path).headers

    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/"])
def test_streamlits_figures_are_closed(browser, path):
    """They name functions and sessions, and are open to everybody by default."""
    assert browser.get(path).status_code == 404


def test_the_policy_allows_exactly_the_inline_scripts_streamlit_has():
    """A Streamlit upgrade that changes its page fails here and not in the browser."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    allowed = [f"sha256-{base64.b64encode(digest).decode()}" for digest in digests]

    assert re.findall(r"'(sha256-[^']+)'", CONTENT_SECURITY_POLICY) == allowed
