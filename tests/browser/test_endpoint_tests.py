"""An admin tests an endpoint: one question, several, many at once; the work is done elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENDPOINT
from tests.browser.looking import look_at
from tests.contract.jobs_process import app_variables, jobs_process


@pytest.fixture(scope="module")
def attended(place, tmp_path_factory):
    """Somebody is there who does the work: as `make run` has it, beside the app."""
    log = tmp_path_factory.mktemp("jobs") / "jobs.log"
    variables = app_variables(dict(place.workspace.environment))
    with jobs_process(variables, log):
        yield place


@pytest.fixture
def admin(attended, visit):
    """An admin on the page of tests."""
    attended.client.ensure_user("tess@example.com", "Tess", "admins")
    code = attended.client.sign_in_code("tess@example.com")
    next_page = f"/endpoint_tests%3Fendpoint%3D{ENDPOINT}"
    visitor = visit(f"{attended.app}/sign-in?code={code}&next={next_page}")
    visitor.page.get_by_role("heading", name="Tests").wait_for()
    return visitor


def turn_to(page, view):
    page.get_by_role("radiogroup", name="What to do").get_by_text(view, exact=True).click()


def test_one_question_is_asked_with_enter(admin):
    """The answer says how long it took and who gave it; how to repeat it is one click away."""
    page = admin.page
    page.get_by_role("textbox", name="Question").fill("say Five *days*.")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Five *days*.", exact=True)).to_be_visible()
    expect(page.get_by_text("status 200 · answered by version 1")).to_be_visible()
    page.get_by_text("The same from a terminal or from Python").click()
    expect(page.get_by_text("curl -X POST")).to_be_visible()
    look_at(page, "tests-ask")
    assert admin.complaints == []


def test_test_run_and_load_test_go_on_and_are_found_again(admin):
    """Both are followed until they are over; their address shows what came of them."""
    page = admin.page
    turn_to(page, "Test run")
    page.get_by_role("textbox", name="One question a line").fill("say one\nfail no luck\nsay three")
    page.keyboard.press("Tab")
    look_at(page, "tests-run")
    page.get_by_role("button", name="Start the test run").click()

    expect(page.get_by_text("Answered by version 1.")).to_be_visible()
    expect(page.get_by_text("67%")).to_be_visible()
    expect(page.get_by_text("rag_endpoint_test_results")).to_be_visible()
    look_at(page, "tests-run-done")
    address = page.url
    assert "job=" in address

    page.get_by_role("button", name="All tests of the endpoint").click()
    turn_to(page, "Load test")
    page.get_by_role("spinbutton", name="Seconds").fill("3")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Start the load test").click()
    expect(page.get_by_text("Answers a second")).to_be_visible()
    expect(page.locator("canvas, svg.marks").first).to_be_visible()
    page.get_by_text("Second by second, as a table").click()
    look_at(page, "tests-load-done")

    page.goto(address)
    expect(page.get_by_text("67%")).to_be_visible()
    page.get_by_role("button", name="All tests of the endpoint").click()
    expect(page.get_by_role("heading", name="Earlier ones")).to_be_visible()
    assert "job=" not in page.url
    assert admin.complaints == []


def test_load_test_is_called_off(admin):
    """It ends within seconds, and what was measured until then is kept."""
    page = admin.page
    turn_to(page, "Load test")
    page.get_by_role("spinbutton", name="Seconds").fill("300")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Start the load test").click()
    expect(page.get_by_text("of them failed.")).to_be_visible()

    page.get_by_role("button", name="Stop it").click()

    expect(page.get_by_text("It was stopped before it was finished.")).to_be_visible()
    expect(page.get_by_text("Answers a second")).to_be_visible()
