"""Long texts over several tags."""

import pytest

from backend.serving.tag_texts import PIECE_CHARACTERS, in_pieces, left_over, whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "x" * PIECE_CHARACTERS,
        "x" * (PIECE_CHARACTERS + 1),
        "a word and another one\n\n" * 60,
        "x" + " " * 2 * PIECE_CHARACTERS + "x",
        "\N{SLIGHTLY SMILING FACE}" * 700,
    ],
)
def test_a_text_comes_back_as_it_was(text):
    """And no piece is longer than every store takes."""
    tags = in_pieces("note", text)

    assert whole(tags, "note") == text
    assert all(len(piece) <= PIECE_CHARACTERS for piece in tags.values())


def test_pieces_have_no_blank_at_a_cut():
    """Some stores leave out blanks at either end of a value."""
    pieces = list(in_pieces("note", "a word and another one\n\n" * 60).values())

    assert all(piece == piece.strip() for piece in pieces[1:-1])
    assert pieces[0] == pieces[0].rstrip()


def test_a_single_long_tag_of_somebody_else_s_is_read():
    """Whoever deploys with tags of their own need not know of pieces."""
    assert whole({"note": "x" * 3000}, "note") == "x" * 3000


def test_pieces_after_a_gap_belong_to_nothing():
    """What is left of a longer text is no part of the new one."""
    assert whole({"note": "a", "note.3": "c"}, "note") == "a"


def test_what_a_shorter_text_leaves_behind_has_to_go():
    """Only under the keys that are written anew."""
    before = in_pieces("note", "x" * 600) | {"team": "hr", "other": "y"}

    assert left_over(before, ["note"], in_pieces("note", "x")) == ["note.2", "note.3"]
    assert left_over(before, ["note"], {}) == ["note", "note.2", "note.3"]
