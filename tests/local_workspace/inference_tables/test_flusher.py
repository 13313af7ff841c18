"""Rows leave the spool only for Delta, once, and only what nobody else waits for leaves it."""

import datetime
from contextlib import closing

import pytest
from deltalake import DeltaTable

from local_workspace.inference_tables import delta_flush
from local_workspace.inference_tables.flusher import Flusher
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from tests.local_workspace.inference_tables.conftest import count, location, put, record, verdict


def delta(spool, tables_dir, kind=TableKind.PAYLOAD) -> list[dict]:
    path = location(spool, tables_dir, kind).path
    return DeltaTable(path).to_pyarrow_table().to_pylist(maps_as_pydicts="strict")


def test_rows_are_in_delta_and_out_of_the_spool(spool, tables_dir):
    """A flush moves every row; payload and request log hold the same requests."""
    put(spool, record(1), record(2))

    Flusher(spool, tables_dir).flush()

    assert [row["databricks_request_id"] for row in delta(spool, tables_dir)] == ["r1", "r2"]
    logs = delta(spool, tables_dir, TableKind.REQUEST_LOGS)
    assert [row["request"] for row in logs] == ["question", "question"]
    assert [row["response"] for row in logs] == ["answer", "answer"]
    assert count(spool, "requests") == 0


def test_verdicts_are_rows_of_payload_and_assessment_log_but_no_questions(spool, tables_dir):
    """A feedback call is in the payload, its verdict in the assessment log, neither asks."""
    put(spool, record(1))
    put(spool, record(2, is_feedback=True), verdicts=(verdict("r1"),))

    Flusher(spool, tables_dir).flush()

    assert len(delta(spool, tables_dir)) == 2
    assert len(delta(spool, tables_dir, TableKind.REQUEST_LOGS)) == 1
    (row,) = delta(spool, tables_dir, TableKind.ASSESSMENT_LOGS)
    assert row["text_assessment"]["ratings"]["answer_correct"]["value"] == "positive"
    assert row["source"] == {"type": "human", "id": "reviewer", "tags": {}}
    assert (row["request_id"], row["retrieval_assessment"]) == ("r1", None)
    assert (count(spool, "requests"), count(spool, "assessments")) == (0, 0)


def test_row_whose_trace_waits_for_mlflow_stays_and_is_not_flushed_twice(spool, tables_dir):
    """The spool keeps the trace until MLflow has it; Delta has the row once."""
    put(spool, record(1, trace_id="tr-1", trace="{}"))
    flusher = Flusher(spool, tables_dir)

    flusher.flush()
    flusher.flush()
    Flusher(spool, tables_dir).flush()

    assert count(spool, "requests") == 1
    assert len(delta(spool, tables_dir)) == 1
    with closing(open_spool(spool)) as connection:
        connection.execute("DELETE FROM pending_traces")
    flusher.keep_house()
    assert count(spool, "requests") == 0


@pytest.mark.parametrize("kind", [TableKind.PAYLOAD, TableKind.REQUEST_LOGS])
def test_flush_that_stops_between_two_tables_is_finished_by_the_next(
    spool, tables_dir, kind, monkeypatch
):
    """Whichever table was reached, each holds every row once afterwards."""
    put(spool, record(1), record(2))
    run = delta_flush.TableFlush.run

    def stops(self, table_set):
        taken = run(self, table_set)
        if self.kind is kind:
            raise OSError("power cut")
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(delta_flush.TableFlush, "run", stops)
        assert not Flusher(spool, tables_dir).attempt()
    Flusher(spool, tables_dir).flush()

    assert len(delta(spool, tables_dir)) == 2
    assert len(delta(spool, tables_dir, TableKind.REQUEST_LOGS)) == 2
    assert count(spool, "requests") == 0


def test_attempt_that_failed_after_its_commit_writes_nothing_twice(spool, tables_dir, monkeypatch):
    """The same flusher goes on after a full disk, without knowing what was committed."""
    put(spool, record(1))
    flusher = Flusher(spool, tables_dir)
    with monkeypatch.context() as patch:
        patch.setattr(delta_flush.SetFlush, "_remove_requests", _no_space)
        assert not flusher.attempt()

    assert flusher.attempt()

    assert len(delta(spool, tables_dir)) == 1
    assert count(spool, "requests") == 0


def test_broken_table_holds_up_no_other(spool, tables_dir):
    """Somebody put a file where the first set's tables should be; the second is flushed."""
    with closing(TableSets(spool, tables_dir)) as sets:
        sets.save(TableSet("aaa", "broken", "chain", is_legacy=False))
    tables_dir.mkdir()
    (tables_dir / "aaa").write_text("no folder")
    put(spool, record(1), record(2, table_set="aaa.broken.chain"))

    assert not Flusher(spool, tables_dir).attempt()

    assert len(delta(spool, tables_dir)) == 1
    assert count(spool, "requests") == 1


def test_small_files_are_joined_and_no_row_is_lost(spool, tables_dir):
    """After many commits there are few files, with every row, and the table can be opened."""
    flusher = Flusher(spool, tables_dir)
    for number in range(delta_flush.SMALL_FILES + 1):
        put(spool, record(number))
        flusher.flush()
    flusher.keep_house()

    path = location(spool, tables_dir, TableKind.PAYLOAD).path
    assert len(DeltaTable(path).file_uris()) <= 2
    identifiers = {row["databricks_request_id"] for row in delta(spool, tables_dir)}
    assert len(identifiers) == delta_flush.SMALL_FILES + 1


def test_thorough_compaction_leaves_a_readable_table(spool, tables_dir):
    """Checkpoint and clean-up remove nothing a reader needs."""
    flusher = Flusher(spool, tables_dir)
    for number in range(delta_flush.SMALL_FILES * delta_flush.COMPACTIONS_PER_TIDYING):
        put(spool, record(number))
        flusher.flush()
        flusher.keep_house()

    path = location(spool, tables_dir, TableKind.PAYLOAD).path
    assert (path / "_delta_log" / "_last_checkpoint").exists()
    assert len(delta(spool, tables_dir)) == delta_flush.SMALL_FILES * 4


def test_rows_older_than_the_retention_are_forgotten(spool, tables_dir):
    """Days before are deleted from every table, and a verdict on them finds no request."""
    now = int(datetime.datetime.now(datetime.UTC).timestamp() * 1_000_000)
    put(spool, record(1), record(2, request_time=now), verdicts=(verdict("r1"),))
    flusher = Flusher(spool, tables_dir, retention_days=30)
    flusher.flush()

    flusher.keep_house()

    assert [row["databricks_request_id"] for row in delta(spool, tables_dir)] == ["r2"]
    logs = delta(spool, tables_dir, TableKind.REQUEST_LOGS)
    assert [row["databricks_request_id"] for row in logs] == ["r2"]
    assert delta(spool, tables_dir, TableKind.ASSESSMENT_LOGS) == []
    assert count(spool, "known_requests") == 1


def test_half_a_character_in_a_question_stops_no_flush(spool, tables_dir):
    """JSON can name what no text can hold; the row is written with a mark in its place."""
    hostile = '{"messages": [{"role": "user", "content": "a\\ud800b"}]}'
    put(spool, record(1, request=hostile))

    Flusher(spool, tables_dir).flush()

    (row,) = delta(spool, tables_dir, TableKind.REQUEST_LOGS)
    assert row["request"] == "a?b"
    assert row["request_raw"] == hostile


def _no_space(*_):
    raise OSError(28, "No space left on device")
