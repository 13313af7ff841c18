"""Reading the caller's token out of a request."""

import base64

import pytest

from local_workspace.authentication import bearer_token


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer dapi1", "dapi1"),
        ("bearer  dapi1 ", "dapi1"),
        (basic("token:dapi1"), "dapi1"),
        (basic("alice:dapi1"), None),
        (basic("token:"), None),
        ("Basic not-base64!", None),
        ("Basic " + base64.b64encode(b"\xff\xfe").decode(), None),
        ("Bearer", None),
        ("Negotiate abc", None),
        ("", None),
    ],
)
def test_token_is_read_from_the_forms_databricks_takes(header, token):
    """A bearer token, or the password of the user `token`; anything else is no token."""
    assert token == bearer_token(header)


def test_missing_and_wrong_tokens_are_refused_without_repeating_them(gateway):
    """A 401 says what is wrong and never shows the token."""
    path = "/api/2.0/preview/scim/v2/Me"

    missing, wrong = gateway.call("GET", path), gateway.call("GET", path, "dapi-secret")

    assert (missing.status_code, wrong.status_code) == (401, 401)
    assert "Credential was not sent" in missing.json()["message"]
    assert wrong.json()["error_code"] == "UNAUTHENTICATED"
    assert "dapi-secret" not in wrong.text


def test_token_as_basic_password_signs_in(gateway):
    """`curl -u token:dapi…` works as on Databricks."""
    answer = gateway.call("GET", "/api/2.0/preview/scim/v2/Me", auth=("token", gateway.admin_token))

    assert answer.json()["userName"] == "admin@example.com"


def test_served_version_may_use_no_route_of_the_workspace(gateway):
    """Its token opens the endpoints it declared, which are not among these."""
    for path in ("/api/2.0/preview/scim/v2/Me", "/api/2.0/token/list", "/version"):
        assert gateway.call("GET", path, gateway.served_version_token).status_code == 403
