"""The environment variables of a deployed model."""

import pytest

from backend.errors import Refused
from backend.serving.model_environment import FORCED, checked


def test_tracing_and_request_ids_are_always_on():
    """Feedback needs the ids, and analysts need the traces."""
    assert checked({"TOP_K": "5"}) == {"TOP_K": "5", **FORCED}
    assert checked(None) == FORCED


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"top_k": "5"}, "top_k"),
        ({"1ST": "5"}, "1ST"),
        ({"TOP_K": 5}, "TOP_K"),
        ({"ENABLE_MLFLOW_TRACING": "false"}, "ENABLE_MLFLOW_TRACING"),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(variables, named):
    """The sentence names the variable that has to change."""
    with pytest.raises(Refused, match=named):
        checked(variables)


def test_a_forced_variable_may_be_repeated():
    """Saying what is so anyway is no mistake."""
    assert checked(dict(FORCED)) == FORCED
