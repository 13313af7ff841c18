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
        for _, window in windows:
            window.append(now)

    def _window(self, endpoint_id: str, caller: str, limit: dict[str, Any]) -> deque[float]:
        key = limit.get("key", "endpoint")
        return self._calls[(endpoint_id, f"user:{caller}" if key == "user" else str(key))]

    def _refuse(self, limit: dict[str, Any], window: deque[float], now: float) -> None:
        wait = int(window[0] + _WINDOW_SECONDS - now) + 1 if window else int(_WINDOW_SECONDS)
        whose = "you" if limit.get("key") == "user" else "this endpoint"
        raise TooManyRequests(
            f"The limit of {limit['calls']} calls per minute for {whose} is used up; "
            f"ask again in {wait} seconds.",
            reason="RATE_LIMIT",
            retry_after=wait,
        )
