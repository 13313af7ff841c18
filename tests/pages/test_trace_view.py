"""One trace on its page: the tree, the chosen step, and what is said of both."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import NotAllowed, NotFound, Unreachable
from backend.identity import Role
from backend.traces.record import Opinion, Said, Source, TraceSpan
from backend.traces.tree import outline
from components.trace_view import waterfall
from tests.pages.conftest import SHELL
from tests.pages.one_trace import HEAD, HOSTILE, SPANS, TRACE_ID, cut, written


@pytest.fixture
def reading(visit):
    """An analyst, and a trace of three steps."""
    visit.identity.roles = {Role.ANALYST}
    return visit.trace_reading


@pytest.fixture
def opened(visit, reading):
    """Return a function that opens the trace, and one of its steps."""

    def open_at(span="") -> AppTest:
        at = AppTest.from_file(str(SHELL), default_timeout=20)
        at.query_params["trace"] = TRACE_ID
        if span:
            at.query_params["span"] = span
        at.run().switch_page("../pages/traces.py").run()
        assert not at.exception
        return at

    return open_at


def said(name, **more):
    usual = {"value": "yes", "by": "rita@example.com", "by_kind": "HUMAN"}
    return Said(f"a-{name}", name, **(usual | more))


def test_trace_is_told_in_a_line_and_its_first_step_is_open(opened, shown):
    """How long, how many steps, how many failed, tokens and cost."""
    text = shown(opened())

    assert "Took 900 ms · 3 steps · 1 failed · 1,234 tokens · $0.0021" in text
    assert "endpoint chain · version 2 · asked by rita" in text
    assert "This step failed.** It broke." in text
    assert "It raised **KeyError**: No <i>such</i> thing" in text


def test_step_of_the_address_is_open(opened, reading, shown):
    """A link to a step leads to it."""
    text = shown(opened("look"))

    assert {span for span, _ in reading.asked} == {"look"}
    assert "looks something up" in text
    assert "on the critical path" in text


def test_step_that_is_not_there_is_said_and_the_first_is_shown(opened, reading, shown):
    """The link may be of another trace."""
    text = shown(opened("nobody"))

    assert "The step this link names is not in the trace." in text
    assert {span for span, _ in reading.asked} == {"root"}


def test_messages_are_drawn_as_messages_and_documents_as_documents(opened, shown):
    """Nobody reads JSON who need not."""
    assert "1. user" in shown(opened())
    assert "How many days?" in shown(opened())

    text = shown(opened("look"))

    assert "1. Leave" in text
    assert "Five *days*." in text
    assert "/v/l" in text


def test_hostile_names_are_text(opened, shown):
    """No character that cannot be seen gets onto the page, and nothing is Markdown."""
    at = opened("model")

    (title,) = [each.value for each in at.subheader if "step" in each.value]
    assert r"\<b\>step" in title
    assert r"\*one\*" in title
    assert "\u202e" not in title
    assert "\x00" not in title


def test_tree_goes_to_the_browser_without_content():
    """Names once, times from the beginning on, and nothing of what is in the steps."""
    tree = outline(HEAD, SPANS)

    packed = json.loads(waterfall.packed(tree)[0])

    assert packed["depths"] == [0, 1, 1]
    assert (
        packed["names"][2] == "<b>step</b> *one*\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    )
    assert (packed["start"], packed["took"]) == ([0, 10_000, 310_000], [900_000, 290_000, 590_000])
    assert (packed["failed"], packed["critical"]) == ([0], [0, 1, 2])
    assert packed["noted"] == {"2": "1,234 tokens, $0.0021"}


def test_tree_of_many_steps_is_small():
    """33,000 steps take little more than a megabyte on their way to a browser."""
    spans = [TraceSpan("0", "", "chain", "CHAIN", 0, 10**10)]
    spans += [
        TraceSpan(str(n), str(n // 4), f"step {n % 40}", "LLM", n * 10**5, n * 10**5 + 10**6)
        for n in range(1, 33_000)
    ]

    assert len(waterfall.packed(outline(HEAD, spans))[0]) < 1_500_000


def test_step_chosen_in_the_tree_gets_into_the_address(opened, reading, shown):
    """Copying the address shares exactly this step."""
    at = opened()
    digest = waterfall.packed(reading.tree)[1]

    at.session_state[waterfall.KEY] = {"chosen": f"{digest}:1"}
    at.run()

    assert at.query_params["span"] in ("look", ["look"])
    assert reading.asked[-1][0] == "look"


@pytest.mark.parametrize("answer", ["other:1", "{digest}:99", "{digest}:x", "", "no"])
def test_what_the_tree_says_of_another_trace_is_not_heard(opened, reading, answer):
    """A browser may still have the one before."""
    at = opened()

    told = answer.format(digest=waterfall.packed(reading.tree)[1])
    at.session_state[waterfall.KEY] = {"chosen": told}
    at.run()

    assert "span" not in at.query_params
    assert not at.exception


def test_text_is_found_in_all_steps(opened, reading, shown):
    """How many have it; none is said, too."""
    at = opened()
    field = at.text_input(key=f"trace_sought_{TRACE_ID}")
    reading.found = ("look", "model")

    field.input("days").run()
    assert "2 steps have it" in shown(at)

    reading.found = ()
    at.text_input(key=f"trace_sought_{TRACE_ID}").input("months").run()
    assert "No step has this text in it." in shown(at)


def test_text_is_found_within_a_step(opened, shown):
    """With what stands around it."""
    at = opened()

    at.text_input(key="find_in_root").input("FIVE").run()
    assert 'Output: "' in shown(at)
    assert "Five" in shown(at)

    at.text_input(key="find_in_root").input("nowhere").run()
    assert "does not stand in what is shown" in shown(at)


def test_long_content_is_cut_and_more_is_shown_when_asked_for(opened, reading, shown):
    """Twenty million characters are no reason for a browser to stand still."""
    reading.contents["root"] = cut(reading.contents["root"], 20_000_000)
    at = opened()
    assert reading.asked[-1] == ("root", 200_000)
    assert "The first 200,000 of 20.0 million characters are shown." in shown(at)

    at.button(key="button_trace_more_root").click().run()

    assert reading.asked[-1] == ("root", 2_000_000)
    assert "The file of the trace has all of it." in shown(at)


def test_what_everybody_says_is_listed_with_the_step_it_is_on(opened, reading, shown):
    """People, judges, programs; of other steps only that there is more."""
    reading.words = (
        said("correct", comment="Good *one*."),
        said("found", span_id="look", by="gpt", by_kind="LLM_JUDGE", value="0.5"),
        said("other", span_id="model"),
    )

    text = shown(opened("look"))

    assert "correct**: yes" in text
    assert "on the whole trace, by rita@example.com" in text.replace("\u2060", "")
    assert "on the step look up, by gpt (a judging model)" in text
    assert "1 more on 1 other step." in text


def test_opinion_is_given_on_the_whole_trace_or_on_the_step(opened, reading):
    """In one form, which Enter sends."""
    at = opened("look")
    key = f"{TRACE_ID}_look__0"
    at.radio(key=f"of_{key}").set_value("The chosen step")
    at.text_area(key=f"words_{key}").input("Too *few* documents.")
    (send,) = [each for each in at.button if each.label == "Say it"]

    send.click().run()

    assert reading.opinions == [Opinion(None, "Too *few* documents.", "quality", "look")]


def test_one_s_own_words_are_changed_and_taken_back(opened, reading, shown):
    """Others' are not."""
    reading.words = (
        said("theirs"),
        said("mine", value="no", comment="Slow.", is_mine=True, is_changeable=True),
    )
    at = opened()
    assert [each.key for each in at.button if each.label == "Take back"] == ["take_back_a-mine"]
    assert "**mine**: Bad" in shown(at)

    at.button(key="change_said_a-mine").click().run()
    key = f"{TRACE_ID}_root_a-mine_0"
    assert at.text_area(key=f"words_{key}").value == "Slow."
    (send,) = [each for each in at.button if each.label == "Change it"]
    send.click().run()
    assert reading.opinions == [Opinion(False, "Slow.", "mine", "", "a-mine")]

    at.button(key="take_back_a-mine").click().run()
    assert reading.taken_back == ["a-mine"]


def test_refusal_is_told_in_a_sentence(opened, reading, shown):
    """The words somebody wrote are not on record then, and that is said."""
    reading.error = NotAllowed()
    at = opened()
    at.text_area(key=f"words_{TRACE_ID}_root__0").input("Words")
    (send,) = [each for each in at.button if each.label == "Say it"]

    send.click().run()

    assert "lets you read this trace, but not write on it" in shown(at)
    assert at.text_area(key=f"words_{TRACE_ID}_root__0").value == "Words"


def test_trace_from_the_request_log_says_so(opened, reading, shown):
    """What is said of traces is kept by MLflow, so nothing can be said here yet."""
    reading.tree = outline(replace(HEAD, source=Source.REQUEST_LOG), SPANS)

    at = opened()

    assert "From the request log" in shown(at)
    assert not [each for each in at.button if each.label == "Say it"]


@pytest.mark.parametrize("problem", [NotFound("Nobody has this trace."), Unreachable()])
def test_trace_that_cannot_be_read_is_one_sentence(opened, reading, shown, problem):
    """And nothing else."""
    reading.tree = problem

    at = opened()

    assert problem.sentence in shown(at)
    assert not reading.asked


def test_content_that_cannot_be_read_leaves_the_tree(opened, reading, shown):
    """The rest of the page stays."""
    reading.contents.clear()

    at = opened()

    assert "This does not exist" in shown(at)
    assert "3 steps" in shown(at)


def test_everything_that_may_be_logged_can_be_drawn(opened, reading):
    """Numbers, deep lists, broken JSON, half characters."""
    for value in (
        written(5),
        written({"deep": [[[[1]]]]}),
        written("half \ud800 \x00"),
        written([{"role": "user", "content": {"a": HOSTILE}}]),
        replace(written("x"), text="{broken"),
    ):
        reading.contents["root"] = replace(reading.contents["root"], inputs=value)
        assert "Input" in "".join(each.value for each in opened().markdown)
