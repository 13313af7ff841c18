"""What MLflow deletes is gone from its file and its folders, also after a crash in between."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest

from local_workspace.mlflow_scrubbing import Scrubber, Scrubbing

SECRET = "what-nobody-shall-read"
PATH = "/api/3.0/mlflow/traces/delete-traces"


@pytest.fixture
def database(tmp_path):
    """A database as MLflow's, with one trace of two."""
    path = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE trace_info (request_id TEXT, content TEXT)")
        for name, content in (("tr-1", SECRET * 1000), ("tr-2", "kept")):
            connection.execute("INSERT INTO trace_info VALUES (?, ?)", (name, content))
            folder = tmp_path / "artifacts" / "1" / "traces" / name
            folder.mkdir(parents=True)
            (folder / "picture.png").write_text(content)
        connection.execute("DELETE FROM trace_info WHERE request_id = 'tr-1'")
        yield path


def left(database):
    files = [path for path in database.parent.rglob("*") if path.is_file()]
    return [path.name for path in files if SECRET.encode() in path.read_bytes()]


def test_nothing_of_a_deleted_trace_is_left(database):
    """Not in free pages, not in sqlite's log, not among the artifacts; the other is untouched."""
    assert left(database)
    scrubber = Scrubber(database)
    scrubber.note(["tr-1", "tr-2"])

    scrubber.scrub()

    assert left(database) == []
    assert (database.parent / "artifacts" / "1" / "traces" / "tr-2").exists()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT content FROM trace_info").fetchall() == [("kept",)]
    assert not (database.parent / "deleted_traces.txt").exists()


def test_what_was_noted_before_a_crash_is_done_by_the_next_process(database):
    """The note is there before MLflow deletes."""
    Scrubber(database).note(["tr-1"])

    next_process = Scrubber(database)

    assert next_process._waiting.is_set()
    next_process.scrub()
    assert left(database) == []


@pytest.mark.parametrize(
    ("method", "path", "noted"),
    [
        ("POST", PATH, ["tr-1"]),
        ("POST", "/ajax-api/2.0/mlflow/traces/delete-traces", ["tr-1"]),
        ("DELETE", "/api/3.0/mlflow/traces/tr-1/assessments/a-1", ["tr-1"]),
        ("DELETE", "/api/3.0/mlflow/datasets/d-1/records", ["tr-1"]),
        ("DELETE", "/ajax-api/3.0/mlflow/datasets/d-1", ["tr-1"]),
        ("POST", "/api/3.0/mlflow/datasets/d-1/records", None),
        ("DELETE", "/api/3.0/mlflow/datasets/d-1/tags/owner", None),
        ("POST", "/api/3.0/mlflow/traces/search", None),
        ("GET", PATH, None),
    ],
)
def test_deletions_are_noted_and_reach_mlflow_as_they_came(database, method, path, noted):
    """Everything else passes without a look."""
    seen = []
    body = json.dumps({"experiment_id": "1", "request_ids": ["tr-1", "../../etc", 7]}).encode()

    async def application(scope, receive, send):
        message = await receive()
        notes = database.parent / "deleted_traces.txt"
        seen.append((message["body"], notes.read_text().split() if notes.exists() else None))

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": method, "path": path}
    asyncio.run(Scrubbing(application, database)(scope, receive, None))

    assert seen == [(body, noted)]
