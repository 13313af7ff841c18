"""How far MLflow lags behind is a number somebody can watch."""

from local_workspace.trace_export.backlog import read_backlog
from local_workspace.trace_export.pending_exports import TRACE, PendingExports
from tests.local_workspace.trace_export.recorded_traces import (
    judge,
    record,
    request_record,
    thumb,
    verdict,
)


def test_backlog_counts_what_waits_and_what_is_parked(spool):
    """Traces and verdicts apart, and the age of the oldest."""
    record(spool, *(request_record(number) for number in range(3)))
    judge(spool, verdict(1, ratings=thumb("positive")))
    pending = PendingExports(spool)
    (first, *_) = pending.traces(1).items()
    pending.done(TRACE, {first[0]: first[1].trace_id}, {first[0]: "not a trace"})
    pending.close()

    backlog = read_backlog(spool)
    metrics = backlog.as_metrics().decode()

    assert (backlog.traces, backlog.verdicts) == (2, 1)
    assert (backlog.parked_traces, backlog.parked_verdicts) == (1, 0)
    assert 'trace_export_pending{kind="trace"} 2.0' in metrics
    assert 'trace_export_parked{kind="trace"} 1.0' in metrics
    assert "trace_export_oldest_pending_seconds" in metrics


def test_nothing_waiting_is_no_age(spool):
    """An empty queue is as new as can be."""
    assert read_backlog(spool).age_seconds == 0.0
