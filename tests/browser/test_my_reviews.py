"""From a wrong answer to a fix: flagged, deployed anew, asked again, and judged right."""

import uuid

import pytest
import requests
from databricks.sdk import WorkspaceClient

from backend.agents import deploy
from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Identity
from backend.turns.answers import Conversation
from tests.browser.conftest import allow, led_to
from tests.browser.looking import keep_picture, look_at
from tests.registered_models import question, register, register_again

MODEL = "main.browser.reviewed_chain"
ENDPOINT = "agents_main-browser-reviewed_chain"
TAGS = {"reviewapp.title": "Handbook"}


@pytest.fixture
def bring_out(place):
    """Return a function that deploys a version of a chain of these journeys' own."""

    def deploy_version(version):
        with led_to(place.workspace):
            if version == 1:
                register(MODEL, "talking", input_example=question("say hello"))
                register_again(MODEL)
            deploy(MODEL, version, tags=TAGS)
            endpoints = WorkspaceClient().serving_endpoints
            endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)

    return deploy_version


def flag(place, user):
    """Ask as this person, call the answer wrong, and say what it should have been."""
    form = {"grant_type": "authorization_code", "code": place.client.sign_in_code(user)}
    token = requests.post(f"{place.workspace.host}/oidc/v1/token", data=form, timeout=30).json()
    theirs = open_workspace(place.workspace.host, token["access_token"])
    conversation = Conversation(str(uuid.uuid4()), ENDPOINT)
    *_, answer = Chat(theirs).ask(ENDPOINT, conversation, "say Four days of leave for each child.")
    verdict = Verdict(
        answer.request_id,
        user,
        Thumb.NEGATIVE,
        frozenset({"outdated"}),
        comment="That changed last year.",
        corrected_answer="Five days of leave for each child.",
    )
    Feedback(theirs, lambda: theirs).submit(Identity(theirs).viewer(), ENDPOINT, verdict)


def test_a_wrong_answer_is_checked_again_when_a_newer_version_answers(place, visit, bring_out):
    """The page counts it, the click asks it, and what one would have answered stands beside."""
    bring_out(1)
    link = place.invite("Ines", may_ask=False)
    allow(place, "ines@example.com", ENDPOINT)
    ines = visit(link)
    page = ines.page
    page.get_by_placeholder("Ask a question").wait_for()
    page.get_by_role("link", name="My reviews").click()
    page.get_by_text("You have not judged any answer yet").wait_for()
    look_at(page, "reviews-empty")

    flag(place, "ines@example.com")
    bring_out(2)
    page.get_by_role("link", name="Go to the chat").click()
    page.get_by_placeholder("Ask a question").wait_for()
    page.get_by_role("link", name="My reviews").click()
    page.get_by_text("You flagged 1 answer as wrong: 1 to re-check.").wait_for()
    look_at(page, "reviews-recheck")
    page.get_by_role("button", name="Ask again").click()
    page.get_by_text("You are checking again").wait_for()
    ines.answer().get_by_text("Four days").first.wait_for()
    look_at(page, "reviews-asked-again")
    assert page.get_by_text("Five days of leave for each child.").is_visible()
    assert page.locator("[class*=st-key-answer_]").count() == 1

    ines.thumb("Right").click()
    page.get_by_text("Your verdict is saved").wait_for()
    page.get_by_role("link", name="My reviews").click()
    page.get_by_text("You flagged 1 answer as wrong: 1 fixed in version 2.").wait_for()
    look_at(page, "reviews-fixed")

    page.get_by_role("link", name="Open the conversation").last.click()
    page.get_by_text("Your verdict is saved").wait_for()
    keep_picture(page, "reviews-conversation")
    assert "conversation=" in page.url
    assert ines.complaints == []
