"""What a statement found: cells as what they are, and a plot with a sensible beginning."""

import pytest

from backend.sql_console.record import Column, Kind
from components.sql_console import plot
from components.sql_console.cells import typed
from tests.pages.queried import ran


def test_result_is_drawn_as_a_plot_with_a_sensible_beginning(analyst):
    """Time goes along, a number upwards; the choice is in the address."""
    at = ran(analyst)
    at = next(each for each in at.segmented_control if each.key == "sql_view").set_value("plot")
    at = at.run()

    assert not at.exception
    assert at.query_params["view"] == "plot"
    assert [each.value for each in at.selectbox if each.key.startswith("sql_x")] == [2]
    for kind in plot.KINDS:
        each = next(each for each in at.segmented_control if each.key.startswith("sql_kind"))
        at = each.set_value(kind).run()
        assert not at.exception


@pytest.mark.parametrize(
    ("kinds", "choice"),
    [
        ([Kind.NUMBER, Kind.MOMENT], plot.Choice(1, 0, "line")),
        ([Kind.TEXT, Kind.WHOLE], plot.Choice(0, 1, "bar")),
        ([Kind.WHOLE, Kind.NUMBER], plot.Choice(0, 1, "points")),
        ([Kind.WHOLE], plot.Choice(0, 0, "points")),
        ([Kind.TEXT, Kind.MOMENT], None),
    ],
)
def test_plot_begins_with_what_the_types_suggest(kinds, choice):
    """Without a number there is nothing to draw."""
    assert plot.usual([Column(str(place), "", kind) for place, kind in enumerate(kinds)]) == choice


@pytest.mark.parametrize(
    ("kind", "cells", "shown"),
    [
        (Kind.WHOLE, ["9007199254740993", None], ["9007199254740993", None]),
        (Kind.WHOLE, ["12", "-3"], [12, -3]),
        (Kind.NUMBER, ["0.5", "1.0E10"], [0.5, 1e10]),
        (Kind.NUMBER, ["12345678901234567890.12"], ["12345678901234567890.12"]),
        (Kind.MOMENT, ["0001-01-01T00:00:00.000Z", "x"], ["0001-01-01T00:00:00.000Z", "x"]),
        (Kind.DAY, ["no day"], ["no day"]),
        (Kind.BOOLEAN, ["true", "false"], [True, False]),
        (Kind.TEXT, ["a\u202eb\0", ""], ["a\ufffdb\ufffd", ""]),
    ],
)
def test_cell_keeps_what_it_says(kind, cells, shown):
    """What would lose digits, or is not what its column says, stays text."""
    assert typed(kind, cells).tolist() == shown
