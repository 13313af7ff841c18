"""An MLflow that lost everything gets it back from the tables and the spool."""

import signal
import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import pytest

from local_workspace.data_directory import DataDirectory
from local_workspace.inference_tables.flusher import Flusher
from local_workspace.inference_tables.spool import create_spool, open_spool
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from local_workspace.settings import Settings
from tests.local_workspace.trace_export.recorded_traces import (
    MODEL,
    TABLE_SET,
    judge,
    record,
    request_record,
    thumb,
    trace_id,
    verdict,
)

_PROJECT = Path(__file__).parents[3]


@pytest.fixture
def recorded(tmp_path) -> Settings:
    """A stopped workspace: most is in Delta, some in the spool, nothing in MLflow."""
    settings = Settings(data_dir=tmp_path)
    create_spool(settings.spool_path)
    with closing(TableSets(settings.spool_path, settings.tables_dir)) as sets:
        sets.save(TableSet(*TABLE_SET.split("."), is_legacy=False))
    record(settings.spool_path, *(request_record(number) for number in range(120)))
    for number in range(20):
        judge(settings.spool_path, verdict(number, 5, ratings=thumb("negative")))
        # Given before the one above, and on record after it.
        judge(settings.spool_path, verdict(number, ratings=thumb("positive"), suggested_output="x"))
    judge(settings.spool_path, verdict(3, position=1, ratings=thumb("unknown")))
    with closing(open_spool(settings.spool_path)) as connection:
        # MLflow had them all.
        connection.execute("DELETE FROM pending_traces")
        connection.execute("DELETE FROM pending_assessments")
    Flusher(settings.spool_path, settings.tables_dir).flush()
    record(settings.spool_path, request_record(120), request_record(121, trace="{"))
    judge(settings.spool_path, verdict(3, 9, "cleo@example.com", free_text_comment="later"))
    return settings


def _replay(settings: Settings, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "local_workspace", "replay-traces", *options]
    command += ["--data-dir", str(settings.data_dir)]
    return subprocess.run(command, cwd=_PROJECT, capture_output=True, text=True, check=False)


def _store(settings: Settings):
    with warnings.catch_warnings():
        # MLflow uses what its SQL library is about to drop.
        warnings.simplefilter("ignore")
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: PLC0415

    return SqlAlchemyStore(f"sqlite:///{settings.mlflow_dir / 'mlflow.db'}", "mlflow-artifacts:/")


def _said(trace) -> list[tuple[str, object, bool | None]]:
    return sorted(
        (each.name, (each.feedback or each.expectation).value, each.valid)
        for each in trace.info.assessments
    )


def test_every_trace_and_verdict_comes_back_and_once(recorded):
    """From the tables and from the spool; again, and nothing is there twice."""
    first = _replay(recorded)
    again = _replay(recorded)
    store = _store(recorded)
    (experiment,) = [each for each in store.search_experiments() if each.name == MODEL]

    traces, _ = store.search_traces([experiment.experiment_id], max_results=500)
    one = store.get_trace(trace_id(3))

    assert "121 traces" not in first.stderr, "the refused one counts as read"
    assert "122 traces, 42 verdicts, 1 refused: done" in first.stderr, first.stderr
    assert again.stderr.splitlines()[-1] == first.stderr.splitlines()[-1]
    assert first.returncode == again.returncode == 1
    assert {trace.trace_id for trace in traces} == {trace_id(number) for number in range(121)}
    assert len(one.data.spans) == 4
    assert one.info.trace_metadata["mlflow.trace.session"] == "conversation-0"
    assert _said(one) == [
        ("answer_correct", "negative", True),
        ("answer_correct", "positive", False),
        ("answer_correct", "unknown", True),
        ("comment", "later", True),
        # Not repeated by the one that was given later.
        ("expected_response", "x", False),
    ]


def test_server_elsewhere_is_given_everything_too(recorded, mlflow, client):
    """Through its REST API, with the credentials in the environment."""
    done = _replay(recorded, "--mlflow-tracking-uri", mlflow.base_url)

    trace = client.get_trace(trace_id(3))

    assert "122 traces, 42 verdicts, 1 refused: done" in done.stderr, done.stderr
    assert len(trace.data.spans) == 4
    assert ("answer_correct", "negative", True) in _said(trace)
    assert not recorded.mlflow_dir.exists()


def test_replay_can_be_stopped(recorded, wait_for):
    """Ctrl-C says how far it came; another run does the rest."""
    command = [sys.executable, "-m", "local_workspace", "replay-traces", "--data-dir"]
    process = subprocess.Popen(
        [*command, str(recorded.data_dir)], cwd=_PROJECT, stderr=subprocess.PIPE, text=True
    )
    wait_for((recorded.mlflow_dir / "mlflow.db").exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert (process.returncode, "run it again" in said) == (130, True), said
    assert "122 traces" in _replay(recorded).stderr


def test_running_workspace_whose_database_is_gone_is_told_so(recorded):
    """Its MLflow still writes into the file that was deleted: it has to be stopped first."""
    directory = DataDirectory(recorded)
    directory.publish({"host": "http://127.0.0.1:1"})

    refused = _replay(recorded)
    directory.release()

    assert refused.returncode == 1
    assert "Stop the workspace first" in refused.stderr
    assert not (recorded.mlflow_dir / "mlflow.db").exists()


def test_folder_without_a_workspace_is_refused(tmp_path):
    """A wrong --data-dir makes no database anywhere."""
    refused = _replay(Settings(data_dir=tmp_path / "nowhere"))

    assert refused.returncode == 1
    assert "no workspace" in refused.stderr
