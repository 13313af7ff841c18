"""Limits count calls in a sliding minute, per endpoint or per caller, and say when to come back."""

import time

import pytest

from local_workspace.errors import TooManyRequests
from local_workspace.serving.rate_limits import RateLimits

PER_ENDPOINT = {"calls": 3, "key": "endpoint", "renewal_period": "minute"}
PER_USER = {"calls": 2, "key": "user", "renewal_period": "minute"}


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves when told to."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(time, "monotonic", lambda: Clock.now)
    return Clock


def test_calls_up_to_the_limit_pass_and_the_next_is_refused(clock):
    """The limit is the number of calls that pass."""
    limits = RateLimits()
    for _ in range(3):
        limits.check("e", "ada", [PER_ENDPOINT])

    with pytest.raises(TooManyRequests) as refusal:
        limits.check("e", "ben", [PER_ENDPOINT])

    assert refusal.value.reason == "RATE_LIMIT"
    assert "3 calls per minute for this endpoint" in refusal.value.message


def test_waiting_as_long_as_told_is_enough(clock):
    """`retry_after` is long enough, and no more than a second too long."""
    limits = RateLimits()
    for _ in range(3):
        limits.check("e", "ada", [PER_ENDPOINT])
        clock.now += 7
    with pytest.raises(TooManyRequests) as refusal:
        limits.check("e", "ada", [PER_ENDPOINT])

    clock.now += refusal.value.retry_after - 2
    with pytest.raises(TooManyRequests):
        limits.check("e", "ada", [PER_ENDPOINT])
    clock.now += 2
    limits.check("e", "ada", [PER_ENDPOINT])


def test_waiting_as_long_as_told_is_enough_after_the_limit_was_lowered(clock):
    """The time named is when a call is possible, not when the oldest call is forgotten."""
    limits = RateLimits()
    for _ in range(3):
        limits.check("e", "ada", [PER_ENDPOINT])
        clock.now += 10
    lowered = PER_ENDPOINT | {"calls": 1}
    with pytest.raises(TooManyRequests) as refusal:
        limits.check("e", "ada", [lowered])

    clock.now += refusal.value.retry_after

    limits.check("e", "ada", [lowered])


def test_limit_per_user_is_each_users_own(clock):
    """One caller cannot use up another's share."""
    limits = RateLimits()
    for _ in range(2):
        limits.check("e", "ada", [PER_USER])
    with pytest.raises(TooManyRequests, match="for you"):
        limits.check("e", "ada", [PER_USER])

    limits.check("e", "ben", [PER_USER])


def test_endpoints_are_counted_apart(clock):
    """A busy endpoint leaves the others alone."""
    limits = RateLimits()
    for _ in range(3):
        limits.check("e", "ada", [PER_ENDPOINT])

    limits.check("other", "ada", [PER_ENDPOINT])


def test_refused_call_is_counted_nowhere(clock):
    """Knocking while refused neither prolongs the wait nor uses up another limit."""
    limits = RateLimits()
    for _ in range(2):
        limits.check("e", "ada", [PER_ENDPOINT, PER_USER])
    for _ in range(5):
        with pytest.raises(TooManyRequests):
            limits.check("e", "ada", [PER_ENDPOINT, PER_USER])

    limits.check("e", "ben", [PER_ENDPOINT, PER_USER])


def test_two_limits_of_the_same_kind_count_a_call_once(clock):
    """An endpoint may have a limit of its own and the same in its AI gateway: the lower holds."""
    limits = RateLimits()
    for _ in range(3):
        limits.check("e", "ada", [PER_ENDPOINT, PER_ENDPOINT | {"calls": 5}])

    with pytest.raises(TooManyRequests):
        limits.check("e", "ada", [PER_ENDPOINT, PER_ENDPOINT | {"calls": 5}])


def test_limit_of_zero_refuses_everything(clock):
    """Zero calls close the endpoint."""
    with pytest.raises(TooManyRequests) as refusal:
        RateLimits().check("e", "ada", [PER_ENDPOINT | {"calls": 0}])

    assert refusal.value.retry_after > 0


def test_no_limits_refuse_nothing(clock):
    """Without a limit nothing is counted."""
    limits = RateLimits()
    for _ in range(100):
        limits.check("e", "ada", [])
