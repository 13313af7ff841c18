"""Whether the workspace and MLflow answer, asked without holding anybody up."""

import time
from threading import Event

import pytest
import requests

from backend import reachability
from backend.errors import NotAllowed, Unreachable
from backend.reachability import Part, Reachability, reachability_of


class Asked:
    """A part that answers, refuses or is away, and counts how often it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.times = 0
        self.may_answer = Event()
        self.may_answer.set()

    def __call__(self) -> None:
        self.times += 1
        self.may_answer.wait()
        if self.error:
            raise self.error


def watching(probe):
    return Reachability({Part.MLFLOW: probe})


@pytest.mark.parametrize("error", [None, NotAllowed()])
def test_whoever_answers_is_there(error):
    """A refusal is an answer, too."""
    assert watching(Asked(error)).look_again() == frozenset()


@pytest.mark.parametrize("error", [Unreachable(), requests.ConnectionError(), requests.Timeout()])
def test_whoever_does_not_answer_is_missing(error):
    """Whichever way a client puts it."""
    assert watching(Asked(error)).look_again() == {Part.MLFLOW}


def test_what_was_seen_a_moment_ago_is_not_asked_again():
    """Every page asks; the server hears of it once in a while."""
    probe = Asked()
    watched = watching(probe)
    watched.look_again()

    for _ in range(5):
        watched.missing()

    assert probe.times == 1


def test_what_is_in_doubt_is_asked_again_at_once():
    """A page that got no answer tells why in the same moment."""
    probe = Asked()
    watched = watching(probe)
    assert watched.look_again() == frozenset()
    probe.error = Unreachable()

    assert watched.missing() == frozenset()
    watched.doubt()
    deadline = time.monotonic() + 10
    while not watched.missing():
        assert time.monotonic() < deadline

    assert probe.times == 2


def test_what_is_away_is_asked_again_soon_and_then_is_there(monkeypatch):
    """The line on the pages goes by itself."""
    monkeypatch.setattr(reachability, "AWAY_SECONDS", 0)
    monkeypatch.setattr(reachability, "PATIENCE_SECONDS", 10)
    probe = Asked(Unreachable())
    watched = watching(probe)
    assert watched.look_again() == {Part.MLFLOW}
    probe.error = None

    deadline = time.monotonic() + 10
    while watched.missing():
        assert time.monotonic() < deadline

    assert probe.times >= 2


def test_one_that_is_silent_holds_nobody_up_and_is_missing_in_the_end(monkeypatch):
    """A server that takes the connection and says nothing is as good as gone."""
    probe = Asked()
    probe.may_answer.clear()
    watched = watching(probe)
    started = time.monotonic()

    assert watched.missing() == frozenset()
    assert time.monotonic() - started < 1

    monkeypatch.setattr(reachability, "SILENCE_SECONDS", 0)
    assert watched.missing() == {Part.MLFLOW}
    probe.may_answer.set()
    assert probe.times == 1


def test_a_workspace_that_answers_is_there_and_a_dead_address_is_missing(workspace, monkeypatch):
    """Asked over HTTP, with nobody's token."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", workspace.address)

    assert Part.WORKSPACE not in reachability_of(workspace.address).look_again()
    assert Part.WORKSPACE in reachability_of("http://127.0.0.1:9").look_again()
