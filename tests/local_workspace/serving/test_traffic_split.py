"""Shares are kept, and a conversation keeps talking to the version it began with."""

from collections import Counter

import pytest

from local_workspace.serving import traffic_split
from local_workspace.serving.traffic_split import TrafficSplit

CONVERSATIONS = [f"conversation-{number}" for number in range(2000)]


@pytest.mark.parametrize("shares", [{"a": 90, "b": 10}, {"a": 1, "b": 49, "c": 50}])
@pytest.mark.parametrize("in_conversations", [True, False])
def test_shares_are_kept_over_many_requests(shares, in_conversations):
    """Each version gets its share within five standard deviations, with or without ids."""
    split = TrafficSplit()
    chosen = Counter(
        split.choose(shares, each if in_conversations else None) for each in CONVERSATIONS
    )

    total = len(CONVERSATIONS)
    for name, share in shares.items():
        expected = total * share / 100
        assert abs(chosen[name] - expected) < 5 * (expected * (1 - share / 100)) ** 0.5


def test_version_without_a_share_is_never_chosen():
    """Zero percent is none at all."""
    split = TrafficSplit()
    traffic = {"a": 50, "b": 50, "idle": 0}

    chosen = {split.choose(traffic, each) for each in CONVERSATIONS}
    chosen |= {split.choose(traffic, None) for _ in range(500)}

    assert chosen == {"a", "b"}


def test_only_version_with_traffic_answers_everything():
    """A hundred percent are everybody."""
    split = TrafficSplit()

    assert {split.choose({"a": 100, "b": 0}, each) for each in [None, *CONVERSATIONS]} == {"a"}


def test_conversation_stays_while_its_version_has_a_share():
    """However the shares change, nobody's chain changes in the middle of a talk."""
    split = TrafficSplit()
    before = {each: split.choose({"a": 50, "b": 50}, each) for each in CONVERSATIONS}

    after = {each: split.choose({"a": 1, "b": 98, "c": 1}, each) for each in CONVERSATIONS}

    assert before == after


def test_conversation_stays_when_a_second_version_gets_a_share():
    """A canary takes new conversations, not those which began when there was one version."""
    split = TrafficSplit()
    for each in CONVERSATIONS:
        split.choose({"a": 100}, each)

    assert {split.choose({"a": 10, "b": 90}, each) for each in CONVERSATIONS} == {"a"}


def test_conversation_moves_when_its_version_loses_its_share_and_stays_moved():
    """After a roll-back nobody talks to the version that was taken back, nor returns to it."""
    split = TrafficSplit()
    moved = [each for each in CONVERSATIONS if split.choose({"a": 50, "b": 50}, each) == "a"]

    assert {split.choose({"a": 0, "b": 50, "c": 50}, each) for each in moved} == {"b", "c"}
    during = {each: split.choose({"a": 0, "b": 50, "c": 50}, each) for each in moved}
    assert during == {each: split.choose({"a": 40, "b": 30, "c": 30}, each) for each in moved}


def test_choice_is_the_same_after_a_restart():
    """A fresh object, knowing nothing, sends a conversation to the same version."""
    traffic = {"a": 30, "b": 70}
    first, second = TrafficSplit(), TrafficSplit()

    assert [first.choose(traffic, each) for each in CONVERSATIONS] == [
        second.choose(traffic, each) for each in CONVERSATIONS
    ]


def test_memory_of_conversations_is_bounded(monkeypatch):
    """The conversations not heard of for longest are forgotten first."""
    monkeypatch.setattr(traffic_split, "MAX_CONVERSATIONS", 3)
    split = TrafficSplit()
    for number in range(50):
        split.choose({"a": 50, "b": 50}, f"c{number}")
        split.choose({"a": 50, "b": 50}, "kept")

    assert set(split._conversations) == {"kept", "c48", "c49"}
