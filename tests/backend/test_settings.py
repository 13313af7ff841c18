"""What the app reads from its environment."""

import pytest

from backend.errors import NotConfigured
from backend.settings import Settings

COMPLETE = {
    "DATABRICKS_HOST": "http://127.0.0.1:8400/",
    "DATABRICKS_TOKEN": "dapi-app",
    "MLFLOW_TRACKING_URI": "http://127.0.0.1:5000",
}


def test_a_complete_environment_gives_settings():
    """The host loses its trailing slash, and the tracking token may be absent."""
    settings = Settings.from_environment(COMPLETE)

    assert Settings("http://127.0.0.1:8400", "dapi-app", "http://127.0.0.1:5000") == settings


def test_everything_that_is_missing_is_named_at_once():
    """One error lists all missing variables, so that nobody has to start the app three times."""
    with pytest.raises(NotConfigured) as caught:
        Settings.from_environment({"DATABRICKS_TOKEN": "dapi-app"})

    assert "DATABRICKS_HOST" in caught.value.sentence
    assert "MLFLOW_TRACKING_URI" in caught.value.sentence
    assert "DATABRICKS_TOKEN" not in caught.value.sentence


def test_a_host_without_a_scheme_is_https():
    """Databricks Apps set DATABRICKS_HOST without its scheme."""
    environment = COMPLETE | {"DATABRICKS_HOST": "adb-1.azuredatabricks.net"}

    assert Settings.from_environment(environment).host == "https://adb-1.azuredatabricks.net"


@pytest.mark.parametrize("host", ["ftp://workspace", "http://", "https://workspace/path"])
def test_a_host_that_is_no_address_is_refused(host):
    """A wrong DATABRICKS_HOST is named instead of failing at the first call."""
    with pytest.raises(NotConfigured, match="DATABRICKS_HOST"):
        Settings.from_environment(COMPLETE | {"DATABRICKS_HOST": host})


def test_tokens_are_not_printed():
    """The settings can be logged without giving the tokens away."""
    settings = Settings.from_environment(COMPLETE | {"MLFLOW_TRACKING_TOKEN": "dapi-tracking"})

    assert "dapi" not in repr(settings)
