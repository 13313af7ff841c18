"""A version's share, step by step, and what is left for the others."""

import pytest

from backend.deploying.traffic_steps import canary, next_steps, with_share
from backend.releases.record import Share


def share(version: int, percentage: int) -> Share:
    return Share(f"chain_{version}", "main.rag.chain", str(version), percentage)


def test_others_keep_their_proportions_and_all_add_up():
    """What rounding leaves goes to the one that has most."""
    served = (share(3, 0), share(2, 67), share(1, 33))

    given = with_share(served, "chain_3", 5)

    assert given == {"chain_3": 5, "chain_2": 64, "chain_1": 31}


@pytest.mark.parametrize("step", [5, 25, 100])
def test_every_step_adds_up_to_a_hundred(step):
    """Whatever the shares were."""
    served = (share(4, 1), share(3, 33), share(2, 33), share(1, 33))

    assert sum(with_share(served, "chain_4", step).values()) == 100


def test_version_that_is_alone_answers_everything():
    """There is nobody to share with."""
    assert with_share((share(1, 100),), "chain_1", 5) == {"chain_1": 100}


def test_whoever_answers_a_few_is_the_canary():
    """Half and half is no trial with a few any more."""
    assert canary((share(2, 95), share(3, 5), share(1, 0))) == share(3, 5)
    assert canary((share(2, 50), share(3, 50))) is None
    assert canary((share(2, 100), share(1, 0))) is None


def test_next_steps_are_those_above():
    """Up to all of it."""
    assert next_steps(share(3, 5)) == [25, 100]
    assert next_steps(share(3, 30)) == [100]
