"""Moments as the person before the screen reads a clock: in their own time zone."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def zone() -> tzinfo:
    """Return the browser's time zone; UTC where it names none that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return UTC


def short(moment: datetime, now: datetime | None = None) -> str:
    """Return "today 14:05", "yesterday 14:05" or "12 Mar 2026, 14:05"."""
    there = _there(moment)
    today = _there(now or datetime.now(UTC)).date()
    if there.date() == today:
        return f"today {there:%H:%M}"
    if there.date() == today - timedelta(days=1):
        return f"yesterday {there:%H:%M}"
    return f"{there:%-d %b %Y, %H:%M}"


def full(moment: datetime) -> str:
    """Return the whole moment with the zone it is told in, for a tooltip."""
    return f"{_there(moment):%A, %-d %B %Y, %H:%M:%S} ({place()})"


def place() -> str:
    """Return the zone as people name it: after one of its cities."""
    return str(zone()).replace("_", " ")


def draw(moment: datetime, before: str = "") -> None:
    """Draw the moment in small letters, all of it in the tooltip."""
    st.caption(f"{before}{short(moment)}", help=full(moment), width="content")


def lasting(since: datetime, now: datetime | None = None) -> str:
    """Return how long something has been going on, as one would say it."""
    seconds = max(0, int(((now or datetime.now(UTC)) - since).total_seconds()))
    if seconds < 60:
        return f"{seconds} second{_s(seconds)}"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} minute{_s(minutes)}"
    hours = minutes // 60
    return f"{hours} hour{_s(hours)}" if hours < 48 else f"{hours // 24} days"


def _there(moment: datetime) -> datetime:
    # What comes without a zone was written in UTC.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(zone())


def _s(count: int) -> str:
    return "" if count == 1 else "s"
