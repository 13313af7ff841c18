"""What somebody looks for in the ledger, and that no text of theirs becomes part of the filter."""

from datetime import UTC, datetime

import pytest

from backend.releases.query import ReleaseQuery
from backend.releases.record import Kind, Outcome
from tests.backend.released import NOON, asked, share


@pytest.mark.parametrize("text", ["it's", 'a "quote"', "50 %", "x' OR tags.a = 'b", "`;\\"])
def test_what_somebody_types_is_never_part_of_the_filter(text):
    """Whatever could end a text in MLflow's language, or match anything in it, is left out."""
    (clause,) = ReleaseQuery(text=text).clauses()

    pattern = clause.split("ILIKE ")[1]
    assert pattern[:2] + pattern[-2:] == "'%%'"
    assert not set(pattern[2:-2]) & set("'\"%`;\\")


def test_what_is_not_named_is_not_asked_for():
    """An empty form finds everything."""
    assert ReleaseQuery().clauses() == []
    assert ReleaseQuery().matches(asked("any", share(1)))


def test_time_is_asked_for_from_a_moment_on_and_before_another():
    """What began at the second moment is no longer meant."""
    moment = datetime(2026, 3, 3, tzinfo=UTC)

    since, until = ReleaseQuery(since=moment, until=moment).clauses()

    assert since == "attributes.start_time >= 1772496000000"
    assert until == "attributes.start_time < 1772496000000"


def test_kind_and_outcome_are_words_of_the_ledger():
    """Nothing but the words it is written with."""
    clauses = ReleaseQuery(kind=Kind.ROLL_BACK, outcome=Outcome.FAILED).clauses()

    assert clauses == [
        "tags.`reviewapp.release.kind` = 'roll_back'",
        "tags.`reviewapp.release.outcome` = 'failed'",
    ]


def test_version_is_meant_if_it_answered_and_not_if_it_was_only_kept():
    """Every release keeps many versions at 0 %."""
    release = asked("chain", share(2), share(1, 0), at=NOON)

    assert ReleaseQuery(version="2").matches(release)
    assert not ReleaseQuery(version="1").matches(release)
