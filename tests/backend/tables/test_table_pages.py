"""Pages get smaller where rows are large, and larger again behind them."""

import pytest

from backend.errors import Refused
from backend.tables.table_pages import key_set_pages


def table(rows, most):
    """Return what asks for rows, of which one answer may have so many letters."""
    sizes = []

    def ask(size, last):
        start = int(last["id"]) + 1 if last else 0
        page = [{"id": str(number), "text": rows[number]} for number in range(len(rows))]
        found = page[start : start + size]
        sizes.append(size)
        if sum(len(each["text"]) for each in found) > most:
            raise Refused
        return found

    return ask, sizes


def test_large_rows_do_not_make_every_page_after_them_small():
    """One huge answer a million rows ago must not cost a statement for each row since."""
    ask, sizes = table(["x"] * 20 + ["x" * 60] + ["x"] * 100, 64)

    found = [row["id"] for page in key_set_pages(ask, 64) for row in page]

    assert found == [str(number) for number in range(121)]
    assert sizes[-1] >= 32


def test_row_too_large_by_itself_is_an_error():
    """There is no smaller page to ask for."""
    ask, sizes = table(["x" * 100], 64)

    with pytest.raises(Refused):
        list(key_set_pages(ask, 16))

    assert sizes == [16, 4, 1]
