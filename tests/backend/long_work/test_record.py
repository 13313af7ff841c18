"""One piece of long work as its tags say it; no store."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.long_work.record import (
    LOST_AFTER,
    MOST_BYTES,
    STATE,
    Job,
    JobKind,
    JobState,
    Progress,
    claim_of,
    job_from,
    shortened,
    written,
)

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
JOB = Job(JobKind.REPLAY, "chain", "chain_2", "admin@example.com", NOW, id="run-1")


def test_job_is_read_as_it_was_written():
    """With who has taken it, and when."""
    begun = job_from(JOB.tags(), "run-1", NOW, claim=claim_of("one"))

    assert begun == replace(JOB, worker="one", claimed_at=begun.claimed_at)
    assert begun.claimed_at > NOW


@pytest.mark.parametrize("tag", [{STATE: "asleep"}, {"reviewapp.job.kind": "dance"}])
def test_kind_or_state_nobody_knows_here_is_no_job(tag):
    """A newer version has asked for it."""
    assert job_from(JOB.tags() | tag, "run-1", NOW) is None


def test_what_somebody_has_spoilt_is_read_as_far_as_it_goes():
    """Numbers, times and results in MLflow can be changed by hand."""
    spoilt = {
        "reviewapp.job.done": "many",
        "reviewapp.job.heartbeat": "yesterday",
        "reviewapp.job.result": "[1]",
    }

    found = job_from(JOB.tags() | spoilt, "run-1", NOW, claim="one yesterday")

    assert found == replace(JOB, worker="one")


def test_what_is_told_fits_into_a_tag():
    """Counted in bytes, and never in the middle of a character."""
    assert len(shortened("ü" * MOST_BYTES).encode()) == MOST_BYTES
    assert set(shortened("ü" * (MOST_BYTES - 1))) == {"ü"}
    with pytest.raises(ValueError, match="too long"):
        written({"answers": "ü" * MOST_BYTES})


def test_share_that_is_done_is_never_more_than_all():
    """Nor anything without a total."""
    assert Progress(5, 4).share == 1.0
    assert Progress(5, 0).share == 0.0


@pytest.mark.parametrize(
    ("state", "claimed_at", "is_lost"),
    [
        (JobState.WAITING, None, False),
        (JobState.WAITING, NOW, True),
        (JobState.RUNNING, NOW, True),
        (JobState.DONE, NOW, False),
    ],
)
def test_only_what_somebody_has_taken_can_be_lost(state, claimed_at, is_lost):
    """What waits, waits for as long as it takes; what is over is over."""
    job = replace(JOB, state=state, claimed_at=claimed_at)

    assert job.is_lost(NOW + 2 * LOST_AFTER) is is_lost
    assert not job.is_lost(NOW + LOST_AFTER / 2)
