"""The tree of a trace: in order whatever came in, and with the path that made it last."""

import random

import pytest

from backend.traces.record import SpanState
from backend.traces.tree import outline, state_of
from tests.backend.traces.traced import HEAD, failed, span


def tree(*spans):
    """Return names and depths in the order of the tree."""
    found = outline(HEAD, spans)
    return [(each.name, depth) for each, depth in zip(found.spans, found.depths, strict=True)]


def test_every_span_follows_its_parent_in_the_order_of_time():
    """In whatever order they were written."""
    spans = [span("root", end=100), span("a", "root", 1, 9), span("b", "root", 10, 90)]
    spans += [span("b1", "b", 11, 20), span("b2", "b", 30, 40)]
    expected = [("root", 0), ("a", 1), ("b", 1), ("b1", 2), ("b2", 2)]

    for seed in range(5):
        shuffled = random.Random(seed).sample(spans, len(spans))
        assert tree(*shuffled) == expected


def test_span_without_its_parent_stands_at_the_top():
    """The parent may have been lost; what is there is shown."""
    assert tree(span("root"), span("lost", "nobody", 5)) == [("root", 0), ("lost", 0)]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_spans_that_are_each_others_parents_are_shown_once(size):
    """The earliest of the circle stands at the top, with what hangs on it below."""
    circle = [span(f"c{n}", f"c{(n - 1) % size}", 10 + n, 20) for n in range(size)]

    found = tree(span("root"), *circle, span("below", "c0", 30, 40))

    assert found[0] == ("root", 0)
    assert found[1] == ("c0", 0)
    assert sorted(name for name, _ in found) == sorted(
        ["root", "below", *(each.name for each in circle)]
    )


def test_many_circles_take_no_longer_than_a_tree():
    """Ten thousand of them are no reason to wait."""
    circles = [
        span(f"{name}{n}", f"{other}{n}", n)
        for n in range(10_000)
        for name, other in (("a", "b"), ("b", "a"))
    ]

    assert len(outline(HEAD, circles).spans) == 20_000


def test_trace_may_be_as_deep_as_it_is_long():
    """Nothing goes into itself."""
    deep = [span("0"), *(span(str(n), str(n - 1), n, 10**6) for n in range(1, 20_000))]

    found = outline(HEAD, deep)

    assert found.depths[-1] == 19_999
    assert len(found.path("19999")) == 20_000


def test_the_same_span_twice_counts_once():
    """The later one is what was known last."""
    assert tree(span("root"), span("root", end=20)) == [("root", 0)]


def test_critical_path_goes_back_from_the_end():
    """Of spans at the same time it is the one that ended last; gaps do not break it."""
    found = outline(
        HEAD,
        [
            span("root", end=100),
            span("early", "root", 0, 30),
            span("beside", "root", 5, 25),
            span("late", "root", 50, 100),
            span("inner", "late", 60, 80),
            span("quick", "late", 61, 62),
        ],
    )

    assert found.critical == {"root", "early", "late", "inner"}


def test_what_goes_on_after_its_parent_is_cut_off_at_its_end():
    """What was left to run beside did not make anybody wait."""
    spans = [span("root", end=100), span("in time", "root", 10, 90)]
    spans += [span("never awaited", "root", 200, 300), span("awaited", "root", 92, 400)]

    assert outline(HEAD, spans).critical == {"root", "in time", "awaited"}


def test_clocks_that_went_backwards_and_spans_without_an_end_take_no_time():
    """They are shown, and break nothing."""
    found = outline(HEAD, [span("back", start=50, end=10), span("open", start=60, end=None)])

    assert [each.duration_ns for each in found.spans] == [0, 0]
    assert (found.start_ns, found.total_ns) == (50, 10)


def test_sums_count_what_a_span_above_repeats_only_once():
    """A chain says how many tokens its model took, and so does the model."""
    found = outline(
        HEAD,
        [
            span("root", tokens=30),
            span("chain", "root", 1, tokens=30),
            span("first", "chain", 2, tokens=10, cost=0.5),
            span("second", "chain", 3, tokens=20),
            span("tool", "root", 4, tokens=5),
            failed("last", "root", 5),
        ],
    )

    assert (found.tokens, found.cost, found.errors) == (35, 0.5, 1)
    assert outline(HEAD, [span("silent")]).tokens is None


def test_children_and_path_are_found_by_id():
    """As whoever compares two traces needs them."""
    found = outline(HEAD, [span("root"), span("a", "root", 1), span("a1", "a", 2)])

    assert [each.name for each in found.children()] == ["root"]
    assert [each.name for each in found.children("root")] == ["a"]
    assert [each.name for each in found.path("a1")] == ["root", "a", "a1"]
    assert found.path("nobody") == found.children("a1") == ()


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("STATUS_CODE_ERROR", SpanState.ERROR),
        ("ERROR", SpanState.ERROR),
        ("OK", SpanState.OK),
        ("STATUS_CODE_UNSET", SpanState.UNSET),
        (None, SpanState.UNSET),
        (7, SpanState.UNSET),
    ],
)
def test_state_is_read_in_whichever_words(written, state):
    """MLflow has had several."""
    assert state_of(written) is state


def test_critical_path_of_a_trace_under_way_leads_to_what_has_not_ended():
    """That is what one waits for; what lies below an ended one is not waited for any more."""
    spans = [span("root", end=None), span("early", "root", 0, 30)]
    spans += [span("running", "root", 40, None), span("beside", "root", 45, 60)]
    spans += [span("lost", "early", 7, None), span("inner", "early", 6, 30)]

    assert outline(HEAD, spans).critical == {"root", "running", "early", "inner"}
