"""Care for MLflow's sqlite file from outside."""

import contextlib
import sqlite3

from local_workspace import mlflow_database


def test_prepared_file_uses_write_ahead_logging_for_everybody(tmp_path):
    """The mode is a property of the file, so MLflow's own connections have it too."""
    path = tmp_path / "mlflow" / "mlflow.db"

    mlflow_database.prepare(path)

    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert path.stat().st_mode & 0o077 == 0


def test_analyze_writes_statistics(tmp_path):
    """Afterwards sqlite knows how selective an index is."""
    path = tmp_path / "mlflow.db"
    mlflow_database.prepare(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("CREATE INDEX i ON t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(100)])

    assert mlflow_database.analyze(path)

    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT stat FROM sqlite_stat1").fetchall() == [("100 1",)]


def test_connections_that_are_open_plan_with_the_new_statistics(tmp_path):
    """MLflow's stay open for days, and would plan as for the few traces of the first minute."""
    path = tmp_path / "mlflow.db"
    mlflow_database.prepare(path)
    # Without the cache of Python, which would give the same plan again for the same words.
    with contextlib.closing(sqlite3.connect(path, cached_statements=0)) as server:
        with server:
            server.execute("CREATE TABLE t (a, b)")
            server.execute("CREATE INDEX by_a ON t (a)")
            server.execute("CREATE INDEX by_b ON t (b)")
            server.execute("INSERT INTO t VALUES (1, 1)")
        mlflow_database.analyze(path)
        assert _plan(server) == "SCAN t"
        with server:
            server.executemany("INSERT INTO t VALUES (1, ?)", [(n,) for n in range(1_000)])

        mlflow_database.analyze(path)

        assert _plan(server) == "SEARCH t USING INDEX by_b (b=?)"


def _plan(connection):
    question = "SELECT * FROM t WHERE a = 1 AND b = 5"
    connection.execute(question).fetchall()
    ((_id, _parent, _unused, plan),) = connection.execute(f"EXPLAIN QUERY PLAN {question}")
    return plan


def test_analyze_gives_way_to_a_writer(tmp_path, monkeypatch):
    """Statistics can wait; whoever is writing cannot."""
    monkeypatch.setattr(mlflow_database, "_LOCK_SECONDS", 0.05)
    path = tmp_path / "mlflow.db"
    mlflow_database.prepare(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE t (a)")
        writer.execute("BEGIN IMMEDIATE")

        assert not mlflow_database.analyze(path)
