"""From a sign-in code to a person."""

import pytest

from backend.connection import open_workspace
from backend.errors import Failed, LinkRefused, SignInNeeded
from backend.identity import Identity, Role, Viewer, redeem

ME = "GET /api/2.0/preview/scim/v2/Me"
TOKEN = "POST /oidc/v1/token"


def _viewer(workspace, *groups):
    person = {"userName": "alice@example.com", "displayName": "Alice"}
    workspace.answers[ME] = (200, person | {"groups": [{"display": name} for name in groups]})
    return Identity(open_workspace(workspace.address, "token")).viewer()


def test_a_code_is_exchanged_for_a_token(workspace):
    """The exchange is the OAuth form every token endpoint understands."""
    workspace.answers[TOKEN] = (200, {"access_token": "dapi-alice", "expires_in": 60})

    signed_in = redeem(workspace.address, "one time")

    assert (signed_in.token, signed_in.valid_seconds) == ("dapi-alice", 60)
    assert workspace.sent(TOKEN) == "grant_type=authorization_code&code=one+time"
    assert "dapi" not in repr(signed_in)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_code_that_was_used_is_a_refused_link(workspace, status):
    """Whatever way the workspace refuses a code, the person needs a new link."""
    workspace.answers[TOKEN] = (status, {"error_code": "BAD_REQUEST", "message": "used"})

    with pytest.raises(LinkRefused):
        redeem(workspace.address, "used")


def test_an_answer_without_a_token_is_a_refused_link(workspace):
    """Only a token signs in."""
    workspace.answers[TOKEN] = (200, {"access_token": ""})

    with pytest.raises(LinkRefused):
        redeem(workspace.address, "code")


def test_a_broken_workspace_does_not_blame_the_link(workspace):
    """A link that could still work must not be called used."""
    workspace.answers[TOKEN] = (500, {"error_code": "INTERNAL_ERROR", "message": "broke"})

    with pytest.raises(Failed):
        redeem(workspace.address, "code")


def test_groups_of_the_workspace_are_roles(workspace):
    """Groups the app does not know give no role."""
    viewer = _viewer(workspace, "reviewers", "users", "analysts")

    assert Viewer("alice@example.com", "Alice", frozenset({Role.REVIEWER, Role.ANALYST})) == viewer


def test_an_administrator_has_every_role(workspace):
    """Whoever may do everything in the workspace is shown everything in the app."""
    assert _viewer(workspace, "admins").has_any([Role.REVIEWER])


def test_somebody_without_a_group_has_no_role(workspace):
    """Signing in alone opens nothing."""
    assert not _viewer(workspace).has_any(list(Role))


def test_a_token_nobody_holds_asks_to_sign_in(workspace):
    """An expired token leads to the sign-in page, not to an error."""
    workspace.answers[ME] = (401, {"error_code": "UNAUTHENTICATED", "message": "no"})

    with pytest.raises(SignInNeeded):
        Identity(open_workspace(workspace.address, "expired")).viewer()


def test_the_workspace_is_named_by_its_address(workspace):
    """As it stands in the browser, without what is before it."""
    identity = Identity(open_workspace(workspace.address, "token"))

    assert f"http://{identity.workspace}" == workspace.address
