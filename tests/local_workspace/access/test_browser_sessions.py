"""Links into the MLflow UI and the sessions they open."""

import time

import pytest

from local_workspace.access.browser_sessions import LINK_SECONDS, SESSION_SECONDS, BrowserSessions
from local_workspace.errors import BadRequest


@pytest.fixture
def alice(principals):
    return principals.create_user("alice@example.com")


def test_link_opens_one_session(alice):
    """A link seen in somebody's history opens nothing any more."""
    sessions = BrowserSessions()
    code = sessions.create_link_code(alice)

    assert alice.id == sessions.principal_id_of(sessions.open(code))
    with pytest.raises(BadRequest):
        sessions.open(code)


def test_link_and_session_expire(alice, monkeypatch):
    """A link lasts an hour, a session a working day."""
    sessions, now = BrowserSessions(), time.time()
    link, secret = sessions.create_link_code(alice), sessions.open(sessions.create_link_code(alice))

    monkeypatch.setattr(time, "time", lambda: now + LINK_SECONDS + 1)
    with pytest.raises(BadRequest):
        sessions.open(link)
    monkeypatch.setattr(time, "time", lambda: now + SESSION_SECONDS + 1)
    assert sessions.principal_id_of(secret) is None


def test_link_code_is_no_session(alice):
    """What stands in an address cannot be used as the cookie, nor the other way round."""
    sessions = BrowserSessions()
    code = sessions.create_link_code(alice)

    assert sessions.principal_id_of(code) is None
    with pytest.raises(BadRequest):
        sessions.open(sessions.open(code))
