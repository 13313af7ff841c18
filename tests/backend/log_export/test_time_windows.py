"""Pages look ahead far enough, and no further than they need."""

import random

import pytest

from backend.log_export.time_windows import TimeWindows
from tests.backend.log_export.test_exports import downloaded
from tests.backend.log_export.warehoused import cells, wanted


def test_width_follows_how_busy_it_is():
    """A quiet night is stepped over in growing steps, a busy hour taken in pieces."""
    windows = TimeWindows.over(0, 1_000_000, 1000, 100)
    usual = windows.width

    windows.learn(0, 0, 100, usual)
    assert windows.width == usual * 8 + 1
    windows.learn(0, 100, 100, 50)
    assert windows.width == 62
    assert windows.end(999_999) == 1_000_000


@pytest.mark.parametrize("seed", range(3))
def test_every_request_is_found_however_they_are_spread(exports, warehouse, seed):
    """Years of silence, thousands in one moment: each comes once and in its order."""
    chance = random.Random(seed)
    start = int(cells(0)["micros"])
    times = [chance.choice([1, 10**6, 10**12]) * chance.randrange(10) for _ in range(60)]
    times += [5 * 10**12] * 2500
    warehouse.requests = [
        cells(number, micros=str(start + at)) for number, at in enumerate(sorted(times))
    ]

    export, _ = downloaded(exports, wanted())

    assert export.done == len(times)
    assert len(warehouse.pages) < 40
