"""Which step of one trace is which of the other."""

from dataclasses import dataclass

from backend.trace_search import alignment
from backend.trace_search.alignment import align


@dataclass(frozen=True)
class Span:
    """A step as small as it gets."""

    span_id: str
    parent_id: str
    name: str
    start_ns: int = 0
    duration_ns: int = 10


def told(found):
    """Return each pair by the ids of its two steps, with its depth."""
    return [
        (each.first and each.first.span_id, each.second and each.second.span_id, each.depth)
        for each in found.steps
    ]


def test_steps_of_the_same_path_belong_together():
    """The second of a name with the second of that name; what only one has stands in its place."""
    first = [
        Span("a", "", "chain"),
        Span("a1", "a", "look up", 1),
        Span("a2", "a", "ask", 2, 30),
        Span("a3", "a", "ask", 3, 40),
    ]
    second = [
        Span("b", "", "another name"),
        Span("b2", "b", "ask", 102, 35),
        Span("b1", "b", "look up", 101),
        Span("b4", "b1", "within", 102),
    ]

    found = align(first, second)

    assert told(found) == [
        ("a", "b", 0),
        ("a1", "b1", 1),
        (None, "b4", 2),
        ("a2", "b2", 1),
        ("a3", None, 1),
    ]
    assert [each.difference_ns for each in found.steps] == [0, 0, None, 5, None]
    assert (found.only(second=False), found.only(second=True)) == (1, 1)
    assert found.steps[-1].number == 2


def test_same_name_below_different_steps_is_not_the_same_step():
    """The way from the top down counts."""
    first = [Span("a", "", "x"), Span("a1", "", "y", 5), Span("a2", "a", "ask", 1)]
    second = [Span("b", "", "x"), Span("b1", "", "y", 5), Span("b2", "b1", "ask", 6)]

    assert told(align(first, second)) == [
        ("a", "b", 0),
        ("a2", None, 1),
        ("a1", "b1", 0),
        (None, "b2", 1),
    ]


def test_spans_without_their_parent_stand_at_the_top():
    """Also one that says it lies within itself, which would never end."""
    odd = [Span("a", "gone", "x"), Span("b", "b", "y", 1)]

    assert told(align(odd, [])) == [("a", None, 0), ("b", None, 0)]


def test_large_traces_are_compared_from_their_beginning_only(monkeypatch):
    """And it is said that there is more."""
    monkeypatch.setattr(alignment, "MOST_ALIGNED", 3)
    spans = [Span("a", "", "x"), *(Span(f"a{n}", "a", "y", n) for n in range(5))]

    found = align(spans, spans)

    assert (len(found.steps), found.is_cut) == (3, True)
    assert not align(spans[:3], spans[:3]).is_cut


def test_nothing_and_nothing_is_nothing():
    """A trace without spans is no reason to fail."""
    assert align([], []).steps == ()


def test_spans_in_a_circle_are_compared_as_the_tree_shows_them():
    """The earliest stands at the top; none is lost."""
    circle = [Span("a", "b", "x", 1), Span("b", "a", "y", 2), Span("c", "b", "z", 3)]

    assert told(align(circle, circle)) == [("a", "a", 0), ("b", "b", 1), ("c", "c", 2)]
