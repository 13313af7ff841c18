"""What may be asked for."""

import pytest

from backend.endpoint_tests.plan import (
    MOST_CHARACTERS,
    MOST_QUESTIONS,
    LoadPlan,
    RunPlan,
    distinct,
)
from backend.errors import Refused


@pytest.mark.parametrize(
    "plan", [RunPlan(("Why?",), "c_1", 2, "typed"), LoadPlan(("A", "B"), 8, 30)]
)
def test_plan_is_read_as_it_was_put_on_record(plan):
    """Whoever does the work knows what was asked for."""
    assert type(plan).read(plan.parameters()) == plan
    assert isinstance(plan.parameters()["questions"], list)


@pytest.mark.parametrize(
    "make",
    [
        lambda: RunPlan(()),
        lambda: RunPlan(tuple(map(str, range(MOST_QUESTIONS + 1)))),
        lambda: RunPlan(("x" * (MOST_CHARACTERS + 1),)),
        lambda: RunPlan(("Why?",), at_once=9),
        lambda: LoadPlan(("Why?",), 0, 1),
        lambda: LoadPlan(("Why?",), 65, 1),
        lambda: LoadPlan(("Why?",), 1, 301),
        lambda: LoadPlan(("Why?",), 1, 0),
    ],
)
def test_what_is_out_of_bounds_is_refused(make):
    """Also when it comes from code, or from a record somebody has changed."""
    with pytest.raises(Refused):
        make()


def test_each_question_is_asked_once():
    """In their order, without what is empty."""
    assert distinct([" b ", "a", "", "b", "  "]) == ["b", "a"]
