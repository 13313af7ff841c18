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


def test_analyze_gives_way_to_a_writer(tmp_path, monkeypatch):
    """Statistics can wait; whoever is writing cannot."""
    monkeypatch.setattr(mlflow_database, "_LOCK_SECONDS", 0.05)
    path = tmp_path / "mlflow.db"
    mlflow_database.prepare(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE t (a)")
        writer.execute("BEGIN IMMEDIATE")

        assert not mlflow_database.analyze(path)
