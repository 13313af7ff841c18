"""Deploying from the page: followed, tried, confirmed; failed, a few first, called off, refused."""

import re
from urllib.parse import quote

import pytest
from databricks.sdk import WorkspaceClient
from playwright.sync_api import Page, expect

from backend.agents import deploy
from tests.browser.choosing import choose
from tests.browser.conftest import allow, led_to
from tests.browser.looking import look_at
from tests.registered_models import question, register, register_again

MODEL = "main.browser.deployed_chain"
BROKEN, SLOW = "main.browser.broken_chain", "main.browser.slow_chain"
ENDPOINT = "agents_main-browser-deployed_chain"
PREFIX = "main-browser-deployed_chain_"


@pytest.fixture(scope="module")
def deployed(place):
    """An endpoint with one version, and more versions beside it; it is taken away again."""
    with led_to(place.workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        for _ in range(2):
            register_again(MODEL)
        register(BROKEN, "failing", input_example=question("say hello"))
        register(SLOW, "slow_to_load", input_example=question("say hello"))
        deploy(MODEL, 1, reason="The first one")
        WorkspaceClient().serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    yield place
    place.api("DELETE", f"/api/2.0/serving-endpoints/{ENDPOINT}")


@pytest.fixture
def come(deployed, visit):
    """Return a function that brings an admin to the page where a version is deployed."""

    def open_form(model: str, version: int) -> Page:
        deployed.client.ensure_user("wanda@example.com", "Wanda", "admins")
        code = deployed.client.sign_in_code("wanda@example.com")
        wish = f"/deployments?endpoint={ENDPOINT}&deploy={model}&version={version}"
        page = visit(f"{deployed.app}/sign-in?code={code}&next={quote(wish, safe='')}").page
        page.get_by_role("heading", name="Deploy a version").wait_for()
        return page

    return open_form


def bring_up(page: Page, reason: str, variables: str = "") -> None:
    if variables:
        page.get_by_text("How it runs").click()
        page.get_by_role("textbox", name="Environment variables").fill(variables)
        page.keyboard.press("Tab")
    why = page.get_by_role("textbox", name="Why?")
    why.fill(reason)
    why.press("Enter")


def confirm(page: Page, reason: str) -> None:
    why = page.get_by_role("textbox", name="Why?")
    why.fill(reason)
    why.press("Enter")


def traffic(place) -> dict[str, int]:
    config = place.api("GET", f"/api/2.0/serving-endpoints/{ENDPOINT}")["config"]
    routes = config["traffic_config"]["routes"]
    return {each["served_model_name"]: each["traffic_percentage"] for each in routes}


def test_second_version_is_deployed_while_somebody_chats(deployed, come, visit):
    """It is brought up, tried and confirmed; the answer that was arriving arrives whole."""
    link = deployed.invite("Zoe", may_ask=False)
    allow(deployed, "zoe@example.com", ENDPOINT)
    zoe = visit(f"{link}&next={quote(f'/chat?endpoint={ENDPOINT}', safe='')}")
    zoe.page.get_by_placeholder("Ask a question").wait_for()
    page = come(MODEL, 2)
    look_at(page, "deploy-form")
    zoe.ask("count 400")
    zoe.page.get_by_text(re.compile("0 1 2 3")).wait_for()

    bring_up(page, "Knows the new prices")
    expect(page.get_by_text("Answered in")).to_be_visible()
    plan = "Version 2 will take 100 % of the questions, version 1 stays at 0 %, ready to return."
    expect(page.get_by_text(plan)).to_be_visible()
    look_at(page, "deploy-plan")
    confirm(page, "The trial was fine")

    expect(page.get_by_text("Deployed from version 1 to version 2")).to_be_visible()
    assert traffic(deployed)[f"{PREFIX}2"] == 100
    counted = zoe.answer().locator("p").first.inner_text()
    assert counted.split() == [str(number) for number in range(400)]
    zoe.ask("say Still here.")
    zoe.answer().get_by_text("Still here.").first.wait_for()
    assert zoe.complaints == []


def test_address_of_a_release_can_be_opened_by_another_admin(deployed, come, visit):
    """Then or later; it tells the whole story."""
    page = come(MODEL, 3)
    bring_up(page, "Speaks more politely")
    page.get_by_text("Answered in").wait_for()
    address = page.url.partition(deployed.app)[2]
    deployed.client.ensure_user("xenia@example.com", "Xenia", "admins")
    code = deployed.client.sign_in_code("xenia@example.com")

    other = visit(f"{deployed.app}/sign-in?code={code}&next={quote(address, safe='')}").page

    expect(other.get_by_text("Prepared: version 3")).to_be_visible()
    expect(other.get_by_text("Speaks more politely")).to_be_visible()
    expect(other.get_by_text(re.compile("By wanda"))).to_have_count(2)


def test_a_few_questions_first_and_then_the_next_step(deployed, come):
    """Each step is a decision with a reason."""
    page = come(MODEL, 3)
    page.get_by_role("button", name="Go to the endpoint").click()
    page.get_by_role("button", name="Divide the questions").click()
    page.get_by_role("spinbutton", name="Version 2, percent").fill("95")
    page.get_by_role("spinbutton", name="Version 3, percent").fill("5")
    page.keyboard.press("Tab")
    page.get_by_text("version 3 answers 50").wait_for()
    confirm(page, "A few first")
    expect(page.get_by_text("it answers 50 of 1,000 conversations")).to_be_visible()
    look_at(page, "deployments-canary")

    page.get_by_role("button", name="Next step: 25 %").click()
    page.get_by_text("version 3 answers 250").wait_for()
    confirm(page, "Nobody complained")

    expect(page.get_by_text("it answers 250 of 1,000 conversations")).to_be_visible()
    assert traffic(deployed)[f"{PREFIX}3"] == 25


def test_failed_deployment_says_why_and_changes_nothing(deployed, come):
    """With the exception, and that the old version answers."""
    before = traffic(deployed)
    page = come(BROKEN, 1)
    choose(page, "Endpoint", ENDPOINT)

    bring_up(page, "Try the other index", "SERVED=1")

    expect(page.get_by_text("It failed, and nothing was changed.")).to_be_visible()
    expect(page.get_by_text("RuntimeError: the index is missing").first).to_be_visible()
    expect(page.get_by_text(re.compile("answers? as before"))).to_be_visible()
    look_at(page, "release-failed")
    assert traffic(deployed) == before


def test_deployment_under_way_is_cancelled(deployed, come, tmp_path):
    """It ends at once, with its process; the release says who did it."""
    before = traffic(deployed)
    page = come(SLOW, 1)
    pid = tmp_path / "pid"

    bring_up(page, "Try the large one", f"LOAD_SECONDS=600\nPID_FILE={pid}")
    page.get_by_text("is being prepared").wait_for()
    page.get_by_text("Show what it prints").click()
    page.get_by_text("Fetching main.browser.slow_chain").wait_for()
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_text("It was cancelled by wanda")).to_be_visible()
    state = deployed.api("GET", f"/api/2.0/serving-endpoints/{ENDPOINT}")["state"]
    assert state["config_update"] == "UPDATE_CANCELED"
    assert traffic(deployed) == before


def test_stopping_and_starting_says_what_it_does(deployed, come):
    """Stopped it refuses questions; started it is what it was."""
    before = traffic(deployed)
    page = come(MODEL, 2)
    page.get_by_role("button", name="Go to the endpoint").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("From then on every question is refused").wait_for()
    look_at(page, "deployments-stop")
    confirm(page, "Nobody needs it at night")
    expect(page.get_by_text("is stopped, and refuses every question")).to_be_visible()

    page.get_by_role("button", name="Start").click()
    page.get_by_text("comes up with what it served").wait_for()
    confirm(page, "It is morning")

    expect(page.get_by_text("is answered by")).to_be_visible()
    assert traffic(deployed) == before


def test_list_of_endpoints_and_their_ledger(deployed, come):
    """What is looked at is in the address, so that it can be passed on."""
    page = come(MODEL, 2)
    page.get_by_role("button", name="Back to the endpoints").click()
    page.get_by_role("button", name="All endpoints").click()
    page.get_by_text("may ask it").first.wait_for()
    look_at(page, "endpoints")

    page.get_by_role("button", name="Deployed chain").click()
    page.get_by_role("radio", name="Releases").click()
    page.get_by_text("The first one").wait_for()
    look_at(page, "endpoint-releases")
    assert f"endpoint={ENDPOINT}&view=releases" in page.url
    page.reload()
    page.get_by_text("The first one").wait_for()


def test_reviewer_with_the_address_of_a_release_sees_nothing_of_it(deployed, visit):
    """The page is for admins, whatever the address says."""
    wish = quote(f"/deployments?endpoint={ENDPOINT}&view=releases", safe="")
    yuri = visit(f"{deployed.invite('Yuri', may_ask=False)}&next={wish}")

    # An address that is not theirs leads to a page of their own.
    yuri.page.get_by_text("Sign out").wait_for()
    assert yuri.page.get_by_text("The first one").count() == 0
    assert yuri.page.get_by_role("button", name="Roll back").count() == 0
