"""The page of replays under an address that names something."""

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import SHELL


def open_at(visit, **address):
    """Open the page under an address that names something."""
    at = AppTest.from_file(str(SHELL), default_timeout=20)
    for name, value in address.items():
        at.query_params[name] = value
    return at.run().switch_page("../pages/replay.py").run()
