"""docs/parity.md lists exactly the routes there are, each with a witness that exists."""

import pytest

from tests.house import parity
from tests.house.repository import listing


@pytest.fixture(scope="module")
def rows():
    """The rows of the table."""
    assert parity.DOCUMENT.exists(), "there is no docs/parity.md yet"
    return parity.documented()


def test_routes_are_found():
    """The look into the application works: routes of every router are among those found."""
    assert {
        ("POST", "/serving-endpoints/{name}/invocations"),
        ("GET", "/api/2.0/serving-endpoints/{name}"),
        ("GET", "/api/2.0/preview/scim/v2/Groups/{group_id}"),
        ("POST", "/oidc/v1/token"),
        ("*", "/api/2.0/mlflow/{path:path}"),
    } <= parity.registered()


def test_every_route_has_a_row(rows):
    """Nothing is served that the table does not tell of."""
    missing = parity.registered() - {row.route for row in rows}

    said = listing(f"| {method} | {path} | … | test_… | |" for method, path in missing)
    assert not missing, f"add to docs/parity.md (python -m tests.house.parity helps):\n{said}"


def test_every_row_is_a_route(rows):
    """The table promises nothing that is not served."""
    stale = {row.route for row in rows} - parity.registered()

    assert not stale, f"no such route any more:\n{listing(' '.join(each) for each in stale)}"


def test_no_route_has_two_rows(rows):
    """One route, one status."""
    routes = [row.route for row in rows]
    twice = {route for route in routes if routes.count(route) > 1}

    assert not twice, f"rows that are there twice:\n{listing(' '.join(each) for each in twice)}"


def test_every_row_has_a_status(rows):
    """A route is real, emulated or refused, nothing in between."""
    wrong = [
        f"{row.method} {row.path}: {row.status!r}"
        for row in rows
        if row.status not in parity.STATUSES
    ]

    assert not wrong, f"status is one of {', '.join(parity.STATUSES)}:\n{listing(wrong)}"


def test_every_row_has_a_witness_that_exists(rows):
    """What the table says is proved by a test of this name."""
    known = parity.tests()
    wrong = [
        f"{row.method} {row.path}: {row.witness!r}" for row in rows if row.witness not in known
    ]

    assert not wrong, f"there is no such test:\n{listing(wrong)}"
