"""Counts failures per caller, so that nobody can guess their way in.

It must not know what is being tried.
"""

import time
from collections import OrderedDict, deque

from local_workspace.errors import TooManyRequests

_MOST_CALLERS = 10_000


class FailedAttempts:
    """At most `limit` failures of one caller within `window_seconds`."""

    def __init__(self, limit: int = 30, window_seconds: float = 60.0) -> None:
        self._limit = limit
        self._window = window_seconds
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, caller: str) -> None:
        """Refuse a caller who failed too often, and say when to come back."""
        failures = self._recent(caller)
        if len(failures) >= self._limit:
            wait = int(failures[0] + self._window - time.monotonic()) + 1
            raise TooManyRequests("Too many failed attempts; try again later.", retry_after=wait)

    def record(self, caller: str) -> None:
        """Remember a failure; the oldest callers make room when there are very many."""
        failures = self._recent(caller)
        failures.append(time.monotonic())
        self._failures[caller] = failures
        self._failures.move_to_end(caller)
        while len(self._failures) > _MOST_CALLERS:
            self._failures.popitem(last=False)

    def _recent(self, caller: str) -> deque[float]:
        failures = self._failures.get(caller, deque())
        while failures and failures[0] <= time.monotonic() - self._window:
            failures.popleft()
        return failures
