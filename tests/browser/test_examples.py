"""Every kind of chain among the examples, deployed as the demo does it and asked by a reviewer."""

import os
import re
import subprocess
import sys

import pytest

from tests.browser.conftest import ROOT, allow
from tests.browser.looking import look_at

REVIEWER = "nora@example.com"
EXAMPLES = ("hello_world", "rag_pyfunc", "chat_agent", "chat_model", "responses_agent")
# The chat model only passes on what another endpoint found.
WITH_SOURCES = tuple(each for each in EXAMPLES if each != "chat_model")
# The oracle and the judge answer the chat model, not people.
DEPLOYED = (*EXAMPLES, "oracle", "judge")
ASKED = "What is a gamma-ray burst at redshift 2?"


def endpoint_of(example):
    return f"agents_demo-handbook-{example}"


@pytest.fixture(scope="module")
def nora(place):
    """A reviewer who may ask the five examples; for other journeys they are taken away again."""
    command = [sys.executable, "-m", "examples"]
    environment = os.environ | place.workspace.environment
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    place.invite("Nora", may_ask=False)
    for example in EXAMPLES:
        allow(place, REVIEWER, endpoint_of(example))
    yield
    for example in DEPLOYED:
        place.api("DELETE", f"/api/2.0/serving-endpoints/{endpoint_of(example)}")


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_asked_and_judged(place, visit, nora, example):
    """Whatever a chain's interface is, there is an answer, what it rests on, and a verdict."""
    page = visit_as_nora(place, visit, example)
    page.ask(ASKED)
    answer = page.answer()
    # What is folded is not part of it yet.
    said = answer.inner_text()
    page.thumb("Right").click()
    page.page.get_by_text("Your verdict is saved").wait_for()
    if example in WITH_SOURCES:
        answer.get_by_text(re.compile(r"^\d+ sources?$")).click()
        first = answer.locator("[class*=st-key-card_]").first
        first.wait_for()
        assert "handbook" in first.inner_text()
    if example == "rag_pyfunc":
        look_at(page.page, "example-sources")

    assert "burst" in said
    assert page.complaints == []


def test_the_agent_s_tools_are_steps_one_can_read(place, visit, nora):
    """What an agent looked up and calculated stands before its answer, in words and not as JSON."""
    page = visit_as_nora(place, visit, "chat_agent")
    page.ask(ASKED)
    page.answer()
    page.page.get_by_text("2 steps before the answer").click()
    page.page.get_by_text("1. Search handbook").wait_for()
    page.page.get_by_text("2. Light travel").wait_for()
    look_at(page.page, "example-steps")

    steps = page.page.locator("[class*=st-key-steps_]").last.inner_text()
    assert "redshift: 2" in steps
    assert "{" not in steps


def visit_as_nora(place, visit, example):
    """Come signed in, and go to one of the chains."""
    page = visit(place.invite("Nora", may_ask=False))
    page.page.get_by_text("Sign out").wait_for()
    page.page.goto(f"{place.app}/chat?endpoint={endpoint_of(example)}")
    page.page.get_by_placeholder("Ask a question").wait_for()
    return page
