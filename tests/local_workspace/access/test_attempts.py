"""Counting failures without remembering the whole world."""

import time

import pytest

from local_workspace.access import attempts
from local_workspace.access.attempts import FailedAttempts
from local_workspace.errors import TooManyRequests


def test_failures_are_forgotten_after_the_window(monkeypatch):
    """Who waits as told may try again."""
    failed = FailedAttempts(limit=1, window_seconds=10)
    failed.record("caller")
    with pytest.raises(TooManyRequests):
        failed.check("caller")

    later = time.monotonic() + 10.1
    monkeypatch.setattr(time, "monotonic", lambda: later)

    failed.check("caller")


def test_number_of_callers_remembered_is_bounded(monkeypatch):
    """Failing from many addresses fills no memory: the oldest make room."""
    monkeypatch.setattr(attempts, "_MOST_CALLERS", 3)
    failed = FailedAttempts(limit=1)

    for number in range(5):
        failed.record(str(number))

    failed.check("0")
    with pytest.raises(TooManyRequests):
        failed.check("4")
