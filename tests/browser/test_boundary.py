"""A mistake in a callback, or in a part drawn anew alone, as a visitor's browser shows it."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, ROOT, _answers, _free_port, _wait
from tests.browser.looking import look_at

APP = """
import streamlit as st
from components import boundary
app = st.App("page.py", on_script_error=boundary.show)
"""
PAGE = """
import streamlit as st

@st.fragment
def part():
    if st.button("Break a part"):
        raise KeyError("secret detail")
    st.write("The part stands.")

def fail():
    raise KeyError("secret detail")

st.title("A page")
part()
st.button("Break a callback", on_click=fail)
st.write("The rest stands.")
"""


@pytest.fixture
def broken(executable, tmp_path):
    """The address of an app that breaks where it is told to, with the real boundary."""
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "page.py").write_text(PAGE)
    (tmp_path / ".streamlit").symlink_to(ROOT / ".streamlit")
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (tmp_path / "app.log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=output, stderr=output
        )
    url = f"http://127.0.0.1:{port}"
    _wait(lambda: _answers(f"{url}/_stcore/health"))
    yield url
    process.terminate()
    process.wait(20)


def test_a_mistake_is_a_sentence_where_it_happened_and_can_be_tried_again(broken, browser):
    """The rest of the page stands beside a part that broke, and a click brings the part back."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(broken)
    page.get_by_role("button", name="Break a part").click()
    said = page.get_by_text("Something went wrong that the app did not expect.")
    expect(said).to_be_visible()
    expect(page.get_by_text("Request id:")).to_be_visible()
    expect(page.get_by_text("The rest stands.")).to_be_visible()
    expect(page.get_by_text("The part stands.")).to_have_count(0)
    look_at(page, "error-in-a-part")

    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The part stands.")).to_be_visible()
    expect(said).to_have_count(0)

    page.get_by_role("button", name="Break a callback").click()
    expect(said).to_be_visible()
    expect(page.get_by_text("secret detail")).to_have_count(0)
    look_at(page, "error-in-a-callback")

    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The rest stands.")).to_be_visible()
    expect(said).to_have_count(0)
    page.close()
