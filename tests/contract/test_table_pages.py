"""A table is read page by page, each row once, also where times are alike."""

import pytest

from backend.tables import sql
from backend.tables.table_pages import TableQuery, pages

_TABLE = ("main", "pages", "events")


@pytest.fixture(scope="module")
def table(client) -> TableQuery:
    """Ten rows, of which five have the same time, to the microsecond."""
    name = sql.quoted(*_TABLE)
    sql.rows(client, "CREATE SCHEMA IF NOT EXISTS main.pages", {})
    sql.rows(client, f"CREATE TABLE {name} (id STRING, happened TIMESTAMP, text STRING)", {})
    times = ["12:00:00.000001"] * 5 + [f"12:00:00.00000{number}" for number in range(2, 7)]
    values = ", ".join(
        f"('r{place}', TIMESTAMP '2026-01-02 {time}', 'row {place}')"
        for place, time in enumerate(times)
    )
    sql.rows(client, f"INSERT INTO {name} VALUES {values}", {})
    return TableQuery(_TABLE, ("id", "text"), "happened", "id")


@pytest.mark.parametrize("size", [1, 3, 5, 10, 100])
def test_every_row_is_read_once_whatever_the_page(client, table, size):
    """No row is skipped or repeated where a page ends among rows of the same time."""
    found = list(pages(client, table, size))

    assert [row["id"] for page in found for row in page] == [f"r{each}" for each in range(10)]
    assert all(len(page) <= size for page in found)
    assert found[0][0] == {"id": "r0", "text": "row 0"}


def test_condition_and_its_parameters_hold_for_every_page(client, table):
    """A filtered set stays filtered after the first page."""
    query = TableQuery(_TABLE, ("id",), "happened", "id", "id >= :first", {"first": "r4"})

    found = [row["id"] for page in pages(client, query, 2) for row in page]

    assert found == [f"r{each}" for each in range(4, 10)]
