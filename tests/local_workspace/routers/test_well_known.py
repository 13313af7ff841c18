"""What needs no token, and where Databricks' own addresses lead."""

import pytest

APP = "http://127.0.0.1:8501"


def test_discovery_and_health_are_open(gateway):
    """Clients and supervisors ask before they have a token."""
    config = gateway.call("GET", "/.well-known/databricks-config").json()

    assert config == {"workspace_id": "8400000000000001"}
    assert gateway.call("GET", "/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/ml/review-v2/chat?endpoint=agents_main-rag", "/?endpoint=agents_main-rag"),
        ("/ml/review-v2/1234/chat?o=1", "/"),
        ("/ml/review-v2/1234/tasks/labeling/5", "/"),
        ("/ml/endpoints/agents_main-rag/?o=1", "/?endpoint=agents_main-rag"),
        ("/ml/endpoints/agents_main-rag", "/?endpoint=agents_main-rag"),
    ],
)
def test_addresses_of_databricks_lead_to_the_app(gateway, path, target):
    """The links `databricks.agents` prints work here too."""
    answer = gateway.call("GET", path)

    assert (answer.status_code, answer.headers["location"]) == (302, APP + target)


@pytest.mark.parametrize(
    "path",
    [
        "/ml/review-v2//evil.example/chat",
        "/ml/review-v2/https://evil.example",
        "/ml/review-v2/chat?endpoint=https://evil.example",
        "/ml/review-v2/chat?endpoint=x%0d%0aSet-Cookie:%20a=b",
        "/ml/endpoints/x%0d%0aSet-Cookie:%20a=b/",
        "/ml/endpoints/%2F%2Fevil.example/",
        "/ml/review-v2/chat?endpoint=x%26endpoint=y",
    ],
)
def test_nothing_of_the_request_chooses_where_a_redirect_leads(gateway, path):
    """An address of ours never sends anybody elsewhere, and sets no header."""
    answer = gateway.call("GET", path)

    assert answer.headers.get("location") in (f"{APP}/", None)
    assert "set-cookie" not in answer.headers
