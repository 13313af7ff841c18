"""What cannot be answered is refused in the shape clients read, with a sentence that helps."""

import pytest
import requests
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.errors import NotImplemented as NotImplementedBySdk

from tests.contract.conftest import create_endpoint


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/2.0/mlflow/experiments/list"),
        ("DELETE", "/api/2.0/mlflow/experiments/search"),
        ("POST", "/ajax-api/3.0/mlflow/nothing"),
        ("GET", "/api/4.0/mlflow/nothing"),
    ],
)
def test_route_that_mlflow_does_not_know_is_refused_like_every_unknown_route(client, method, path):
    """No page of HTML reaches a client; the sentence names the route."""
    with pytest.raises(NotImplementedBySdk, match=f"{method} {path}"):
        client.api_client.do(method, path)


def test_mlflow_s_own_refusals_pass_unchanged(host, token):
    """Their codes are what MLflow's clients look at."""
    answer = requests.get(
        f"{host}/api/2.0/mlflow/experiments/get?experiment_id=4711",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )

    assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_browser_without_a_session_reads_where_the_way_in_is(host):
    """A person gets a page, a program the JSON it knows; both are a 401."""
    page = requests.get(host, headers={"Accept": "text/html,*/*;q=0.8"}, timeout=30)
    program = requests.get(host, timeout=30)

    assert (page.status_code, program.status_code) == (401, 401)
    assert "open from the" in page.text
    assert page.headers["content-type"].startswith("text/html")
    assert program.json()["error_code"] == "UNAUTHENTICATED"


def test_reading_an_invocations_address_is_told_to_post(client, endpoint):
    """Somebody has opened a query_endpoint in a browser."""
    with pytest.raises(NotImplementedBySdk, match="Use POST there"):
        client.api_client.do("GET", f"/serving-endpoints/{endpoint}/invocations")


def test_body_that_is_not_utf_8_is_said_to_be_so(host, token):
    """A file in the wrong encoding is a common mistake."""
    answer = requests.post(
        f"{host}/api/2.0/serving-endpoints",
        data='{"name": "ä"}'.encode("latin-1"),
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )

    assert answer.status_code == 400
    assert answer.json()["message"] == "The body is not UTF-8 text."


def test_version_that_is_no_number_is_an_invalid_parameter(client, scripted):
    """An alias or a word is not looked up as if it could exist."""
    with pytest.raises(InvalidParameterValue, match="not 'abc'"):
        create_endpoint(client, "worded", scripted, version="abc")
