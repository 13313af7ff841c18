"""The tables can be opened by the readers the documentation names, as it says."""

import re
import warnings
from pathlib import Path

import pytest

from local_workspace.inference_tables.flusher import Flusher
from local_workspace.inference_tables.table_layout import TableKind
from tests.local_workspace.inference_tables.conftest import location, put, record, verdict

_DOCUMENT = Path(__file__).parents[3] / "docs" / "inference-tables.md"
_SNIPPETS = dict(
    re.findall(r"### ([^\n]+)\n\n```python\n(.+?)```", _DOCUMENT.read_text(), re.DOTALL)
)


@pytest.mark.parametrize("reader", ["deltalake", "DuckDB", "Polars"])
@pytest.mark.parametrize("kind", [TableKind.PAYLOAD, TableKind.REQUEST_LOGS])
def test_documented_reader_opens_the_table_while_it_is_in_use(spool, tables_dir, reader, kind):
    """Copied from the page, the lines give one row for what is on record."""
    put(spool, record(1), verdicts=(verdict("r1"),))
    flusher = Flusher(spool, tables_dir)
    flusher.flush()
    names = {"path": str(location(spool, tables_dir, kind).path)}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(_SNIPPETS[reader], names)

    assert len(names["rows"]) == 1
    put(spool, record(2))
    flusher.flush()
