"""The chosen step of a trace and the tree it is chosen in; what is said of it, in words."""

import json
from dataclasses import replace

import pytest

from backend.identity import Role
from backend.traces.record import Said, SpanEvent
from components.trace_view import waterfall, words
from tests.pages.one_trace import HEAD, SPANS, TRACE_ID, written
from tests.pages.searched import open_at


@pytest.fixture
def reading(visit):
    """An analyst, and a trace of three steps."""
    visit.identity.roles = {Role.ANALYST}
    return visit.trace_reading


def marked(at):
    """Return the place of the step that is marked in the tree."""
    (tree,) = [
        each.proto
        for each in at.main.get("bidi_component")
        if each.proto.component_name == waterfall.KEY
    ]
    return json.loads(tree.json)["chosen"]


def test_step_that_is_shown_is_the_one_that_is_marked(reading):
    """The first at first, and at once each one that is clicked."""
    at = open_at(trace=TRACE_ID)
    assert marked(at) == 0

    digest = waterfall.packed(reading.tree)[1]
    for number, step in ((1, "look"), (2, "model")):
        at.session_state[waterfall.KEY] = {"chosen": f"{digest}:{number}"}
        at.run()
        assert (marked(at), reading.asked[-1][0]) == (number, step)


def test_reason_for_a_failure_is_said_once(reading, shown):
    """What a step says of how it ended usually is what it raised."""
    raised = {"exception.type": "KeyError", "exception.message": "x"}
    reading.contents["root"] = replace(
        reading.contents["root"], message="KeyError: x", events=(SpanEvent("exception", 5, raised),)
    )

    text = shown(open_at(trace=TRACE_ID))

    assert "**This step failed.** KeyError: x" in text
    assert "It raised" not in text


def test_trace_leads_to_its_request(reading):
    """Among what else was asked around that time; without a log there is no link."""
    reading.tree = replace(reading.tree, head=replace(HEAD, request_id="r1"))
    (link,) = open_at(trace=TRACE_ID).main.get("page_link")
    assert link.proto.label == "Its request"
    assert "open=r1" in link.proto.query_string
    assert "from=2026-03-03T11%3A00" in link.proto.query_string

    reading.tree = replace(reading.tree, head=replace(HEAD, request_id="r1", endpoint=""))
    assert not open_at(trace=TRACE_ID).main.get("page_link")


@pytest.mark.parametrize(
    ("text", "wanted", "told"),
    [
        ("days in Rome, he said", "rome", "days in :orange-background[**Rome**], he said"),
        ("Rome", "om", "R:orange-background[**om**]e"),
        ("in\nRome\tnow", "Rome", "in :orange-background[**Rome**] now"),
    ],
)
def test_place_of_a_text_is_told_with_the_spaces_around_it(reading, shown, text, wanted, told):
    """As it stands there, in one line."""
    root = reading.contents["root"]
    reading.contents["root"] = replace(root, inputs=replace(root.inputs, text=text))

    at = open_at(trace=TRACE_ID)
    at.text_input(key="find_in_root").input(wanted).run()

    assert f"Input: {told}" in shown(at)


def test_what_was_left_out_around_a_place_is_marked(reading, shown):
    """On both sides; only the words around it are told."""
    root = reading.contents["root"]
    reading.contents["root"] = replace(root, inputs=written(f"{'a ' * 90}here{' b' * 90}"))

    at = open_at(trace=TRACE_ID)
    at.text_input(key="find_in_root").input("here").run()

    (line,) = [each for each in shown(at).splitlines() if "**here**" in each]
    assert line.startswith("Input: …a a")
    assert line.endswith("b b…")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("answer_correct", "negative"), ("The answer", "Wrong")),
        (("answer_correct", "maybe"), ("answer_correct", "maybe")),
        (("reason.not_asked", "yes"), ("Reason", "Not what I asked")),
        (("reason.own_one", "no"), ("Reason", "Own one: no")),
        (("expected_response", "Five"), ("Expected answer", "Five")),
        (("preference", "tie_both_good"), ("Beside another answer", "both are good")),
        (("relevance", "0.5"), ("relevance", "0.5")),
    ],
)
def test_verdict_is_told_as_in_the_chat(said, told):
    """Its names in the store are nobody's words; what others call their ratings stays."""
    name, value = said
    assert words.said(Said("a", name, value, "rita", "HUMAN")) == told


def test_verdict_on_a_source_and_what_is_expected_are_told_apart():
    """A thumb on a step is on what it has found."""
    assert words.said(Said("a", "answer_correct", "positive", "", "", span_id="s"))[0] == "A source"
    assert words.said(Said("a", "days", "5", "", "", is_expectation=True))[0] == "expected days"


def test_kind_of_every_step_is_a_word():
    """Also one nobody here has heard of."""
    assert words.kind(SPANS[2].kind) == "language model"
    assert words.kind("OWN_KIND") == "own kind"
