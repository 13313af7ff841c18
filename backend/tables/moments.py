"""Moments as they travel to the warehouse and back: to the microsecond, and in UTC.

A warehouse may have another time zone of its own, so what is sent says which it means.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(moment: datetime | int) -> str:
    """Return a moment, or microseconds since 1970, as a parameter."""
    at = moment_of(moment) if isinstance(moment, int) else moment.astimezone(UTC)
    return at.strftime("%Y-%m-%d %H:%M:%S.%fZ")


def moment_of(micros: int) -> datetime:
    """Return the moment so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=micros)
