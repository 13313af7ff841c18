"""A protocol proves what was erased, and gives nobody away."""

import csv
import io

import pytest

from backend.erasure.protocol import Erasure, Kind, Outcome, Part, from_json

BEGUN = Erasure.of("Bob@example.com", "admin@example.com", "Case 1", "2026-03-01T10:00:00+00:00")
ROWS = Part(Kind.ROWS, "main.rag.chain_payload", 3, left=0)


def test_person_is_a_hash_of_their_own():
    """No name; the same person twice has two hashes; who knows the name finds both."""
    again = Erasure.of("bob@example.com ", "admin@example.com", "Case 2", "2026-03-02T10:00:00")

    assert "bob" not in BEGUN.as_json().lower()
    assert BEGUN.person_hash != again.person_hash
    assert BEGUN.is_of("bob@example.com")
    assert again.is_of("BOB@EXAMPLE.COM")
    assert not again.is_of("rob@example.com")


@pytest.mark.parametrize(
    ("parts", "stopped", "outcome"),
    [
        ((ROWS,), False, Outcome.COMPLETE),
        ((), False, Outcome.COMPLETE),
        ((ROWS, Part(Kind.TRACES, "traces", 1, left=1)), False, Outcome.INCOMPLETE),
        ((ROWS, Part(Kind.TRACES, "traces", 0)), False, Outcome.INCOMPLETE),
        ((Part(Kind.ROWS, "t", 1, left=0, problem="No VACUUM."),), False, Outcome.INCOMPLETE),
        ((ROWS,), True, Outcome.STOPPED),
    ],
)
def test_only_what_was_counted_again_is_complete(parts, stopped, outcome):
    """Something left, something unknown, something that failed: not complete."""
    ended = BEGUN.ended(parts, "2026-03-01T10:01:00", stopped=stopped)

    assert ended.outcome is outcome


def test_protocol_is_read_as_it_was_written():
    """It is kept for years as text."""
    ended = BEGUN.ended((ROWS,), "2026-03-01T10:01:00")

    assert from_json(ended.as_json()) == ended


def test_table_has_a_line_for_each_place_and_no_formula():
    """A spreadsheet opens it; a problem that begins like a formula is text."""
    parts = (ROWS, Part(Kind.TRACES, "=cmd()", 1, problem="+1"))

    lines = list(csv.DictReader(io.StringIO(BEGUN.ended(parts, "").as_csv())))

    assert [line["kind"] for line in lines] == ["rows", "traces"]
    assert (lines[0]["found"], lines[0]["left"]) == ("3", "0")
    assert (lines[1]["place"], lines[1]["problem"], lines[1]["left"]) == ("'=cmd()", "'+1", "")
