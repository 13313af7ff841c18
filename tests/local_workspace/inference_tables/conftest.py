"""A spool with one set of tables, and records to fill it with."""

from contextlib import closing
from pathlib import Path

import pytest

from local_workspace.inference_tables.records import Assessment, RequestRecord
from local_workspace.inference_tables.spool import create_spool, open_spool
from local_workspace.inference_tables.spool_rows import insert_assessments, insert_request
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.inference_tables.table_sets import TableSet, TableSets

SET = TableSet("main", "rag", "chain", is_legacy=False)


@pytest.fixture
def spool(tmp_path) -> Path:
    """A spool that knows one set of tables."""
    path = tmp_path / "spool" / "spool.db"
    create_spool(path)
    with closing(TableSets(path, tmp_path / "tables")) as sets:
        sets.save(SET)
    return path


@pytest.fixture
def tables_dir(tmp_path) -> Path:
    return tmp_path / "tables"


def record(number: int, **more) -> RequestRecord:
    """Return a request that is told from others by its number."""
    return RequestRecord(
        **{
            "table_set": SET.name,
            "request_id": f"r{number}",
            "request_time": 1_700_000_000_000_000 + number,
            "status_code": 200,
            "duration_ms": 5,
            "requester": "somebody",
            "endpoint": "chain",
            "request": '{"messages": [{"role": "user", "content": "question"}]}',
            "response": '{"choices": [{"message": {"content": "answer"}}]}',
            **more,
        }
    )


def verdict(request_id: str, value: str = "positive") -> Assessment:
    """Return a thumb."""
    rating = {"value": value, "double_value": None, "rationale": None}
    text = {
        "step_id": None,
        "ratings": {"answer_correct": rating},
        "free_text_comment": None,
        "suggested_output": None,
    }
    return Assessment(request_id, "human", "reviewer", 1_700_000_000_000_000, text=text)


def put(spool: Path, *records: RequestRecord, verdicts: tuple[Assessment, ...] = ()) -> None:
    """Write records as the writer does."""
    with closing(open_spool(spool)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for each in records:
            insert_request(connection, each)
        insert_assessments(connection, SET.name, verdicts)
        connection.execute("COMMIT")


def location(spool: Path, tables_dir: Path, kind: TableKind) -> TableLocation:
    """Return where one table of the set is."""
    with closing(TableSets(spool, tables_dir)) as sets:
        return sets.location(SET, kind)


def count(spool: Path, table: str) -> int:
    """Return how many rows a table of the spool has."""
    with closing(open_spool(spool, read_only=True)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
