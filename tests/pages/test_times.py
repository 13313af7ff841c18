"""Moments as the viewer reads a clock."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.runtime.context import ContextProxy

from components import times

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)


@pytest.fixture
def zone(monkeypatch):
    """Put the browser somewhere."""

    def put(name):
        monkeypatch.setattr(ContextProxy, "timezone", property(lambda _context: name))

    return put


@pytest.mark.parametrize(
    ("name", "hours_ago", "said"),
    [
        ("Europe/Berlin", 1, "today 03:30"),
        ("America/New_York", 1, "today 21:30"),
        ("Europe/Berlin", 5, "yesterday 23:30"),
        ("America/New_York", 5, "today 17:30"),
        ("Europe/Berlin", 24 * 254, "12 Mar 2026, 04:30"),
        (None, 1, "today 02:30"),
        ("Mars/Olympus", 1, "today 02:30"),
        ("../etc/passwd", 1, "today 02:30"),
    ],
)
def test_a_moment_is_told_by_the_viewers_clock(zone, name, hours_ago, said):
    """Which day is today depends on where one is; where nothing is known it is told in UTC."""
    zone(name)

    assert times.short(NOW - timedelta(hours=hours_ago), NOW) == said


def test_the_whole_moment_names_its_zone(zone):
    """Nobody has to guess whose time it is."""
    zone("America/New_York")

    assert times.full(NOW) == "Friday, 20 November 2026, 22:30:00 (America/New York)"


def test_a_moment_without_a_zone_was_written_in_utc(zone):
    """That is how tables keep it."""
    zone("Europe/Berlin")

    assert times.short(datetime(2026, 11, 21, 3, 0), NOW) == "today 04:00"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (3 * 3600, "3 hours"),
        (50 * 3600, "2 days"),
        (-5, "0 seconds"),
    ],
)
def test_how_long_something_lasts_is_said_in_one_unit(seconds, said):
    """Clocks of two machines may differ by some seconds."""
    assert times.lasting(NOW - timedelta(seconds=seconds), NOW) == said
