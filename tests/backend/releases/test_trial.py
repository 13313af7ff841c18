"""A trial as tags of a run, and back."""

from datetime import UTC, datetime

import pytest

from backend.releases.trial import AT, SECONDS, Trial, trial_from

TRIAL = Trial(datetime(2026, 3, 3, 12, tzinfo=UTC), "a@example.com", "How much?", "Five.", "", 1.25)


def test_trial_is_read_as_it_was_written():
    """Nothing is lost on the way."""
    assert trial_from(TRIAL.tags()) == TRIAL


@pytest.mark.parametrize("spoilt", [{}, {AT: "yesterday"}, {SECONDS: "long"}])
def test_what_somebody_spoilt_counts_as_no_trial(spoilt):
    """A release is shown all the same."""
    assert trial_from(TRIAL.tags() | spoilt if spoilt else {}) is None


def test_long_answers_are_cut_to_what_a_tag_holds():
    """MLflow refuses longer ones."""
    long = Trial(TRIAL.at, "a@example.com", "Tell all", "word " * 5000)

    assert max(map(len, long.tags().values())) == 4000
