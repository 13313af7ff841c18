"""A table becomes a file that means the same in the program that opens it."""

import csv
import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from backend.tables.table_export import csv_parts, write_parquet

_PAGES = [
    [{"id": "1", "text": 'says "hi",\nthen leaves', "count": "3"}],
    [{"id": "2", "text": None, "count": None}],
]


def test_csv_holds_every_cell_as_it_was():
    """Quotes, commas, line breaks and empty cells survive."""
    text = b"".join(csv_parts(("id", "text", "count"), _PAGES)).decode()

    rows = list(csv.reader(text.splitlines(keepends=True)))
    assert rows == [["id", "text", "count"], ["1", 'says "hi",\nthen leaves', "3"], ["2", "", ""]]


def test_csv_runs_no_formula():
    """What a model answered must not be computed by the spreadsheet that opens it."""
    hostile = ["=1+1", "+1", "-1+1", "-a1", "-1\n", "-٣", "@sum(a)", "\tx", "\rx", "\nx", "＝1"]  # noqa: RUF001
    pages = [[{"text": each} for each in hostile]]

    lines = b"".join(csv_parts(("text",), pages)).decode()

    cells = [row[0] for row in csv.reader(lines.splitlines(keepends=True)) if row][1:]
    assert all(cell.startswith("'") for cell in cells)


def test_csv_leaves_numbers_below_zero_as_they_are():
    """A spreadsheet is to reckon with what was counted."""
    pages = [[{"number": each} for each in ("-1", "-0.25", "-1.5E-7", "3")]]

    assert b"".join(csv_parts(("number",), pages)).split() == [
        *(b"number", b"-1", b"-0.25", b"-1.5E-7", b"3"),
    ]


def test_csv_of_no_rows_has_a_header():
    """An export of nothing is a file that says of what."""
    assert b"".join(csv_parts(("id", "text"), [])) == b"id,text\r\n"


def test_parquet_has_the_types_asked_for(tmp_path):
    """Numbers are numbers and times are times, though all came as text."""
    pages = [
        [{"when": "2026-01-02T03:04:05.678Z", "count": "3", "text": "a"}],
        [{"when": None, "count": None, "text": None}],
    ]
    kinds = {"when": pa.timestamp("us", tz="UTC"), "count": pa.int64(), "text": pa.string()}

    written = write_parquet(tmp_path / "rows.parquet", kinds, pages)

    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, datetime.UTC)
    assert written == 2
    assert [row["when"] for row in rows] == [moment, None]
    assert rows[0]["count"] == 3
