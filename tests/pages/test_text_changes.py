"""What was changed in a text: by word, complete, quick, and never anything but text."""

import time

import pytest

from components.text_changes import Change, Piece, _written, changes


def written(before, after):
    return "".join(_written(changes(before, after)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Five days.", "Six days."),
        ("", "All new."),
        ("All gone.", ""),
        ("a b\n\nc  d", "a c\n\nb  d e"),
        ("同じ文です", "同じ文でした"),
        ("one two three four", "four three two one"),
        ("x " * 3000 + "end", "y " * 3000 + "end"),
    ],
)
def test_kept_and_added_words_are_the_new_text(before, after):
    """And kept and removed ones the old; nothing is lost or made up, but for space."""
    pieces = changes(before, after)

    def joined(without):
        return "".join(each.text for each in pieces if each.change is not without).split()

    assert "".join(joined(Change.REMOVED)) == "".join(after.split())
    assert "".join(joined(Change.ADDED)) == "".join(before.split())


def test_only_the_words_that_differ_are_marked():
    """Not the line, and not the sentence."""
    assert changes("Up to five days of leave.", "Up to six days of leave.") == (
        Piece(Change.KEPT, "Up to "),
        Piece(Change.REMOVED, "five "),
        Piece(Change.ADDED, "six "),
        Piece(Change.KEPT, "days of leave."),
    )


def test_marks_are_read_aloud():
    """Colour and lines are for eyes; the words between are for ears."""
    shown = written("five days", "six days")

    assert '<del><span class="said-aloud">[removed: </span>five' in shown
    assert '<ins><span class="said-aloud">[added: </span>six' in shown


def test_what_replaces_the_last_word_does_not_stick_to_it():
    """It has no space behind it that could stand between."""
    assert "</del> <ins>" in written("for a year.", "for a month.")


def test_nothing_in_a_text_is_html():
    """Both texts may be anybody's."""
    hostile = "<script>alert(1)</script> & <img src=x onerror=alert(2)> \u202egnp.exe\x00"

    shown = written("Five.", hostile) + written(hostile, "Five.")

    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown
    assert "\u202e" not in shown
    assert "\x00" not in shown


def test_what_nobody_touched_is_shortened():
    """The change is what one looks for; words beside it tell where it is."""
    middle = " ".join(f"w{n}" for n in range(200))
    shown = written(f"old {middle} end", f"new {middle} fin")

    assert "…" in shown
    assert "w3" in shown
    assert "w100" not in shown
    assert "w197" in shown


def test_the_longest_answers_do_not_hold_up_the_page():
    """Even those made to be slow to compare."""
    before = " ".join("ab"[n % 7 % 2] for n in range(60_000))
    after = " ".join("ab"[n % 5 % 2] for n in range(630)) + before[2000:]
    started = time.process_time()

    changes(before, after)

    assert time.process_time() - started < 3
