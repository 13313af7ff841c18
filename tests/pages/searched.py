"""The page of traces under an address."""

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import SHELL


def open_at(**address) -> AppTest:
    """Open the page under an address."""
    at = AppTest.from_file(str(SHELL), default_timeout=20)
    for name, value in address.items():
        at.query_params[name] = value
    at.run().switch_page("../pages/traces.py").run()
    assert not at.exception
    # Whatever was not expected ends in this sentence.
    assert not [each.value for each in at.markdown if "did not expect" in each.value]
    return at


def address_of(at) -> dict[str, str]:
    """Return what the address says."""
    return {name: "".join(text) for name, text in at.query_params.items()}
