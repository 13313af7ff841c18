"""The app's process dies and comes back: nothing that was said is lost, nothing is asked anew."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests
from playwright.sync_api import expect

from local_workspace.client import LocalClient
from tests.browser import conftest
from tests.browser.conftest import PATIENCE_MS, ROOT, Visitor
from tests.browser.recorded import invocations


class App:
    """An app on a port of its own, which a test may kill; browsers keep its address."""

    def __init__(self, workspace, log):
        client = LocalClient(workspace.host, workspace.token)
        token = client.service_principal_token("review-app")
        self._variables = os.environ | workspace.environment
        self._variables |= {"DATABRICKS_TOKEN": token, "MLFLOW_TRACKING_TOKEN": token}
        self._log, self._port = log, conftest._free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.process = None

    def start(self):
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--server.port", str(self._port)],
                cwd=ROOT,
                env=self._variables,
                stdout=output,
                stderr=output,
            )
        conftest._wait(self.answers)

    def answers(self):
        try:
            return requests.get(f"{self.url}/healthz", timeout=1).ok
        except requests.RequestException:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)


@pytest.fixture
def app(place, tmp_path):
    started = App(place.workspace, tmp_path / "app.log")
    started.start()
    yield started
    started.kill()


@contextmanager
def visitor(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    come = Visitor(context.new_page()).watch()
    come.page.goto(address)
    yield come
    context.close()


def test_a_conversation_with_its_verdicts_outlives_the_app(place, app, browser):
    """Killed and started again, the app shows what was asked, answered and judged, and goes on."""
    link = place.invite("Uta").replace(place.app, app.url)
    with visitor(browser, link) as uta:
        uta.page.get_by_placeholder("Ask a question").wait_for()
        uta.ask("say Five days.")
        uta.answer()
        uta.thumb("Wrong").click()
        uta.page.get_by_text("Your verdict is saved").wait_for()
        app.kill()
        app.start()
        uta.page.reload()

        uta.page.locator("[class*=st-key-answer_]").get_by_text("Five days.").first.wait_for()
        expect(uta.thumb("Wrong")).to_have_attribute("aria-checked", "true")
        uta.ask("say Six days.")
        uta.page.locator("[class*=st-key-answer_]").get_by_text("Six days.").first.wait_for()
        uta.answer()

    asked = invocations(place, "uta@example.com")
    assert len(asked) == 2
    # The chain was told what it had answered before the app died.
    assert "Five days." in asked[1]
