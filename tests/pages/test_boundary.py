"""What is raised where the shell cannot catch it: in a callback, or in a part drawn anew alone.

AppTest knows no `on_script_error`, with which `app.py` hands such errors to the boundary; it is
given to the runner here as Streamlit gives it to its own.
"""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

import app
from backend.errors import Failed, SignInNeeded
from backend.identity import Role, Viewer
from components import boundary
from components.session import Session


def _part(error):
    import streamlit as st  # noqa: PLC0415 - AppTest runs the source of this function alone

    @st.fragment
    def part():
        if st.button("Break"):
            raise error

    part()


def _with_callback(error):
    import streamlit as st  # noqa: PLC0415 - AppTest runs the source of this function alone

    def fail():
        raise error

    st.button("Break", on_click=fail)


@pytest.fixture(params=[_part, _with_callback])
def broken(request, monkeypatch):
    """A page of which one part raises, run as the app is."""
    began = LocalScriptRunner.__init__

    def begin(self, *args, **kwargs):
        began(self, *args, **kwargs)
        self._on_script_error = app.app._on_script_error

    monkeypatch.setattr(LocalScriptRunner, "__init__", begin)

    def run(error):
        at = AppTest.from_function(request.param, args=(error,), default_timeout=20).run()
        return at.button[0].click().run()

    return run


def test_a_mistake_in_a_part_is_a_sentence_with_an_id(broken, shown, caplog):
    """As everywhere else; what it says stays in the log."""
    at = broken(KeyError("secret detail"))

    assert not at.exception
    assert "Something went wrong that the app did not expect." in shown(at)
    (reference,) = [each.value for each in at.caption if each.value.startswith("Request id: ")]
    assert reference.removeprefix("Request id: ") in caplog.text
    assert "secret detail" not in shown(at)
    assert not at.code


def test_a_known_error_in_a_part_says_what_it_is(broken, shown):
    """With its own advice and the id of the request."""
    at = broken(Failed(request_id="req-1"))

    assert not at.exception
    assert "because of a fault of its own" in shown(at)
    assert "Request id: req-1" in shown(at)


def test_a_sign_in_that_ends_in_a_part_leads_to_the_sign_in_page(broken, shown):
    """An expired token may be noticed anywhere."""
    assert "personal sign-in link" in shown(broken(SignInNeeded()))


def test_administrators_see_the_details_of_a_part(broken, monkeypatch):
    """Nobody else does."""
    admin = Viewer("root@example.com", "Root", frozenset({Role.ADMIN}))
    monkeypatch.setattr(boundary, "remembered", lambda: Session("t", None, admin))

    assert "secret detail" in broken(KeyError("secret detail")).code[0].value
