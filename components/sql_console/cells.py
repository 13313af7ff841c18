"""Cells as they are: numbers and moments as such, and nothing that is there not told from nothing.

The workspace writes every cell as text. What would lose digits or does not fit stays text.
"""

from collections.abc import Callable, Sequence

import pandas as pd

from backend.sql_console.record import Column, Kind
from components.request_logs.readable import one_line, readable

Cells = Sequence[str | None]
# Browsers count exactly up to here, and to so many digits behind a point.
_LARGEST = 2**53
_MOST_DIGITS = 15
_BOOLEANS = {"true": True, "false": False}


def frame_of(columns: Sequence[Column], rows: Sequence[Cells]) -> pd.DataFrame:
    """Return the rows as a table of typed columns."""
    typed_columns = [
        typed(column.kind, [row[place] for row in rows]) for place, column in enumerate(columns)
    ]
    # By place first: two names may look the same once they can be read.
    frame = pd.DataFrame(dict(enumerate(typed_columns)))
    frame.columns = pd.Index(_names(columns))
    return frame


def _names(columns: Sequence[Column]) -> list[str]:
    names = [one_line(column.label) for column in columns]
    return names if len(set(names)) == len(names) else [each.label for each in columns]


def typed(kind: Kind, cells: Cells) -> pd.Series:
    """Return the cells of a column with their type, or as text where that is not possible."""
    if convert := _CONVERSIONS.get(kind):
        try:
            return convert(cells)
        except (ValueError, TypeError, OverflowError):
            pass
    return pd.Series([None if each is None else readable(each) for each in cells], dtype=object)


def _whole(cells: Cells) -> pd.Series:
    numbers = [None if each is None else int(each) for each in cells]
    if any(number is not None and abs(number) > _LARGEST for number in numbers):
        raise OverflowError
    return pd.Series(numbers, dtype="Int64")


def _numbers(cells: Cells) -> pd.Series:
    for each in cells:
        if each and "E" not in each and sum(map(str.isdigit, each)) > _MOST_DIGITS + 2:
            raise OverflowError
    return pd.Series([None if each is None else float(each) for each in cells], dtype="Float64")


def _moments(cells: Cells) -> pd.Series:
    return pd.Series(pd.to_datetime(pd.Series(list(cells)), format="ISO8601", utc=True))


def _days(cells: Cells) -> pd.Series:
    moments = pd.to_datetime(pd.Series(list(cells)), format="%Y-%m-%d")
    return pd.Series([None if pd.isna(each) else each.date() for each in moments], dtype=object)


def _booleans(cells: Cells) -> pd.Series:
    return pd.Series([None if each is None else _BOOLEANS[each] for each in cells], dtype="boolean")


_CONVERSIONS: dict[Kind, Callable[[Cells], pd.Series]] = {
    Kind.WHOLE: _whole,
    Kind.NUMBER: _numbers,
    Kind.MOMENT: _moments,
    Kind.DAY: _days,
    Kind.BOOLEAN: _booleans,
}
