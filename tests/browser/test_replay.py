"""Flagged answers asked again of another version, judged in place; and who began a bad one."""

import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from databricks.sdk import WorkspaceClient
from playwright.sync_api import expect

from backend.agents import deploy
from local_workspace.client import LocalClient
from tests.browser.conftest import ROOT, allow, led_to
from tests.browser.looking import look_at
from tests.registered_models import question, register, register_again

MODEL = "main.browser.replayed_chain"
ENDPOINT = "agents_main-browser-replayed_chain"
FEEDBACK = f"/serving-endpoints/{ENDPOINT}/served-models/feedback/invocations"


@pytest.fixture(scope="module")
def replayed(place):
    """Two versions that answer differently; the answer of the first was called wrong."""
    with led_to(place.workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        _deploy(1, "You get five days of leave.")
        flagged = _ask(place, "who is entitled?")
        ratings = {"answer_correct": {"value": "negative"}}
        text = {"ratings": ratings, "free_text_comment": "It is *six*."}
        record = {"request_id": flagged, "text_assessments": [text]}
        place.api("POST", FEEDBACK, json={"dataframe_records": [record]})
        _deploy(register_again(MODEL), "You get six days of leave.")
    yield place
    place.api("DELETE", f"/api/2.0/serving-endpoints/{ENDPOINT}")


@pytest.fixture(scope="module")
def worker(replayed, tmp_path_factory):
    """What does the work when no browser is open."""
    client = LocalClient(replayed.workspace.host, replayed.workspace.token)
    token = client.service_principal_token("review-app")
    variables = replayed.workspace.environment | {
        "DATABRICKS_TOKEN": token,
        "MLFLOW_TRACKING_TOKEN": token,
    }
    with (tmp_path_factory.mktemp("worker") / "worker.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.jobs"],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=output,
            stderr=output,
        )
        yield
        process.terminate()
        process.wait(30)


def _deploy(version, says):
    deploy(MODEL, version, environment_vars={"VERSION_NAME": says})
    WorkspaceClient().serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)


def _ask(place, text):
    answer = place.api("POST", f"/serving-endpoints/{ENDPOINT}/invocations", json=question(text))
    return answer["databricks_output"]["databricks_request_id"]


@pytest.fixture
def admin(replayed, worker, visit):
    """Return a function that brings an admin to an address of the page."""
    replayed.client.ensure_user("rhea@example.com", "Rhea", "admins")

    def come(**address):
        query = "%26".join(f"{name}%3D{value}" for name, value in address.items())
        code = replayed.client.sign_in_code("rhea@example.com")
        visitor = visit(f"{replayed.app}/sign-in?code={code}&next=/replay%3F{query}")
        visitor.page.get_by_role("heading", name="Replay", exact=True).wait_for()
        return visitor

    return come


def test_flagged_answers_are_asked_again_and_judged_in_place(admin, replayed, visit):
    """From the flag to the sentence in the dialog, by an admin and a reviewer with the link."""
    visitor = admin(endpoint=ENDPOINT)
    page = visitor.page
    expect(page.get_by_text("1 answer on record is like this")).to_be_visible()
    look_at(page, "replay")

    page.get_by_text("Reviewers of this chain who have the link").click()
    page.get_by_role("combobox", name="Ask this version").wait_for()
    page.get_by_role("button", name="again").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Of 1 flagged answer 1 changed, 0 judged better")).to_be_visible()
    expect(page.get_by_text("You get five days of leave.")).to_be_visible()
    expect(page.get_by_text("You get six days of leave.")).to_be_visible()
    expect(page.get_by_text("It is *six*.")).to_be_visible()
    look_at(page, "replay-answers")
    link = page.url
    assert visitor.complaints == []

    name = "rosa@example.com"
    replayed.client.ensure_user(name, "Rosa", "reviewers")
    allow(replayed, name, ENDPOINT)
    code = replayed.client.sign_in_code(name)
    target = quote(f"/replay?{link.partition('?')[2]}", safe="")
    reviewer = visit(f"{replayed.app}/sign-in?code={code}&next={target}")
    theirs = reviewer.page
    theirs.get_by_role("radio", name="Better").click()
    expect(theirs.get_by_text("1 judged better")).to_be_visible()
    expect(theirs.get_by_text("Your verdict is saved")).to_be_visible()
    assert theirs.get_by_role("button", name="Which version began this?").count() == 0
    theirs.reload()
    expect(theirs.get_by_text("Of 1 flagged answer 1 changed, 1 judged better")).to_be_visible()
    expect(theirs.get_by_role("radio", name="Better")).to_be_checked()

    page.reload()
    expect(page.get_by_text("1 judged better")).to_be_visible()


def test_search_finds_the_version_that_began_it(admin, replayed):
    """From one bad answer to the version before which it was right."""
    bad = _ask(replayed, "who is entitled?")
    visitor = admin(request=bad, endpoint=ENDPOINT)
    page = visitor.page
    page.get_by_role("button", name="Ask every kept version").click()

    expect(
        page.get_by_text("Version 2 is the first that answers like this; version 1 answered")
    ).to_be_visible()
    look_at(page, "replay-search")

    page.get_by_role("radio", name="Just as wrong").first.click()
    expect(page.get_by_text("Version 1 is the oldest that answers")).to_be_visible()
    page.get_by_role("button", name="All replays").click()
    expect(page.get_by_role("button", name="Which version began it?")).to_be_visible()
    assert visitor.complaints == []
