"""What an admin does with a model: open a version, name it, compare it, promote it."""

import mlflow
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import led_to
from tests.browser.looking import look_at
from tests.registered_models import question, register

MODEL, PROD = "main.browser.shelved_chain", "prod.browser.shelved_chain"
PROMPTS = ("You answer in one short sentence.", "You answer in two <b>long</b> sentences.")


@pytest.fixture(scope="module")
def shelf(place):
    """Two versions that differ in what they are told; they are taken away again."""
    with led_to(place.workspace):
        for prompt in PROMPTS:
            config = {"system_prompt": prompt, "api_key": "sk-0123456789abcdefghij"}
            register(MODEL, "talking", input_example=question("say hello"), model_config=config)
        yield place
        client = mlflow.MlflowClient()
        for each in client.search_registered_models("name LIKE '%.browser.shelved_chain'"):
            client.delete_registered_model(each.name)


@pytest.fixture
def admin(shelf, visit):
    """Return a function that brings an admin to an address of the page."""

    def come(query=""):
        shelf.client.ensure_user("mia@example.com", "Mia", "admins")
        code = shelf.client.sign_in_code("mia@example.com")
        return visit(f"{shelf.app}/sign-in?code={code}&next=/models{query}")

    return come


def test_version_is_found_named_compared_and_promoted(admin, shelf):
    """From the list to the other environment, with nothing but links and the keyboard."""
    visitor = admin()
    page = visitor.page
    page.get_by_role("textbox", name="Search models by name").fill("shelved")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=MODEL).wait_for()
    look_at(page, "models")

    page.get_by_role("button", name=MODEL).click()
    page.get_by_role("heading", name=MODEL).wait_for()
    page.get_by_role("button", name="Version 2").wait_for()
    look_at(page, "model")
    page.get_by_role("button", name="Version 2").click()
    page.get_by_role("heading", name="Input example").wait_for()
    expect(page.get_by_text("What looks like a secret was logged")).to_be_visible()
    page.get_by_text("The MLmodel file").wait_for()
    look_at(page, "model-version")

    page.get_by_role("button", name="Aliases").focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Alias").focus()
    page.keyboard.type("champion")
    page.keyboard.press("Enter")
    expect(page.get_by_text("@champion")).to_be_visible()

    page.get_by_role("radio", name="Compare").click()
    expect(page.locator("ins", has_text="<b>long</b>").first).to_be_visible()
    expect(page.get_by_text("The same in both:")).to_be_visible()
    look_at(page, "model-comparison")
    assert "view=compare" in page.url
    assert page.locator(".text-changes b").count() == 0

    page.get_by_role("button", name="Promote").click()
    page.get_by_role("textbox", name="To which model?").fill(PROD)
    page.get_by_role("textbox", name="Let this alias lead to it").fill("live")
    look_at(page, "model-promotion")
    page.get_by_role("textbox", name="Why?").focus()
    page.keyboard.type("Two sentences say more")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=f"Promoted: it is {PROD} version 1").click()
    expect(page.get_by_text("Two sentences say more").first).to_be_visible()
    expect(page.get_by_text("@live")).to_be_visible()
    assert visitor.complaints == []


def test_link_to_a_comparison_opens_it(admin):
    """What somebody sends is what the other one sees."""
    visitor = admin(f"%3Fmodel%3D{MODEL}%26version%3D2%26compare%3D1")

    expect(visitor.page.get_by_text("What differs")).to_be_visible()
    expect(visitor.page.get_by_text("The same in both:")).to_be_visible()


def test_files_and_snippets_are_read(admin):
    """Each view fetches only what it shows; MLflow's page opens by a link of its own."""
    page = admin(f"%3Fmodel%3D{MODEL}%26version%3D1").page
    page.get_by_role("button", name="Open in MLflow").click()
    address = page.get_by_role("link", name="MLflow: the version").get_attribute("href")
    assert address.endswith(f"#/models/{MODEL}/versions/1")

    page.get_by_role("radio", name="Files").click()
    expect(page.get_by_text("talking.py").first).to_be_visible()
    look_at(page, "model-files")
    page.get_by_role("radio", name="Use it").click()
    expect(page.get_by_text("mlflow.pyfunc.load_model").first).to_be_visible()
    look_at(page, "model-use")
    page.get_by_role("radio", name="Code").click()
    expect(page.get_by_text("requirements.txt").first).to_be_visible()
    look_at(page, "model-code")
