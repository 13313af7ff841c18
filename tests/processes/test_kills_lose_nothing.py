"""What was acknowledged survives kill -9, once; the benchmark `crashes` kills longer."""

from benchmarks.crash.flusher_kills import kill_flushers
from benchmarks.crash.workspace_kills import kill_workspaces


def test_workspace_whose_processes_are_killed_under_load_keeps_every_answered_request(tmp_path):
    """Gateway and flusher die at any moment; whoever got an answer finds it on record, once."""
    tally = kill_workspaces(tmp_path, gateway_kills=2, flusher_kills=3)

    assert tally.kills == 5
    assert tally.acknowledged > 0
    assert (tally.missing, tally.duplicates) == (0, 0)


def test_flusher_killed_at_its_worst_moments_loses_and_repeats_nothing(tmp_path):
    """Between Delta and disk, between Delta and spool, and within compactions."""
    tally = kill_flushers(tmp_path, rounds=2)

    assert tally.kills == 6
    assert tally.acknowledged > 0
    assert (tally.missing, tally.duplicates) == (0, 0)
