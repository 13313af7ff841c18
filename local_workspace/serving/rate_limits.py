"""Counts calls per minute against the limits an endpoint has been given."""

import time
from collections import defaultdict, deque
from typing import Any

from local_workspace.errors import TooManyRequests

_WINDOW_SECONDS = 60.0


class RateLimits:
    """Sliding one-minute windows, per endpoint or per caller."""

    def __init__(self) -> None:
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def check(self, endpoint_id: str, caller: str, limits: list[dict[str, Any]]) -> None:
        """Count this call, or refuse it with the seconds to wait."""
        now = time.monotonic()
        windows = [(limit, self._window(endpoint_id, caller, limit)) for limit in limits]
        for limit, window in windows:
            while window and window[0] <= now - _WINDOW_SECONDS:
                window.popleft()
            if len(window) >= int(limit["calls"]):
                self._refuse(limit, window, now)
        # Two limits of the same kind share a window, in which this is one call.
        for window in {id(window): window for _, window in windows}.values():
            window.append(now)

    def _window(self, endpoint_id: str, caller: str, limit: dict[str, Any]) -> deque[float]:
        key = limit.get("key", "endpoint")
        return self._calls[(endpoint_id, f"user:{caller}" if key == "user" else str(key))]

    def _refuse(self, limit: dict[str, Any], window: deque[float], now: float) -> None:
        # A call is possible when so many have left the window that fewer than the limit are in it.
        last = window[len(window) - max(1, limit["calls"])] if window else now
        wait = int(last + _WINDOW_SECONDS - now) + 1
        whose = "you" if limit.get("key") == "user" else "this endpoint"
        raise TooManyRequests(
            f"The limit of {limit['calls']} calls per minute for {whose} is used up; "
            f"ask again in {wait} seconds.",
            reason="RATE_LIMIT",
            retry_after=wait,
        )
