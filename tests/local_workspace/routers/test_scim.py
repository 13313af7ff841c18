"""People and programs of the workspace, through the official client."""

import pytest
from databricks.sdk.errors import NotFound, PermissionDenied, ResourceConflict
from databricks.sdk.service.iam import ComplexValue


def test_me_is_the_owner_of_the_token(gateway):
    """`current_user.me()` answers name, groups and the workspace's id."""
    client = gateway.client()

    me = client.current_user.me()

    assert (me.user_name, me.display_name, me.active) == ("admin@example.com", "Ada Admin", True)
    assert me.groups is not None
    assert [group.display for group in me.groups] == ["admins"]
    assert client.get_workspace_id() == 8400000000000001


def test_created_user_is_found_and_deleted(gateway):
    """`users` creates, reads, lists with a filter and deletes."""
    users = gateway.client().users

    created = users.create(
        user_name="Rita@example.com",
        display_name="Rita",
        groups=[ComplexValue(display="reviewers")],
    )

    assert users.get(created.id) == created
    found = list(users.list(filter='userName eq "rita@example.com"'))
    assert found == [created]
    with pytest.raises(ResourceConflict):
        users.create(user_name="rita@example.com")
    users.delete(created.id)
    with pytest.raises(NotFound):
        users.get(created.id)


def test_listing_ends_after_the_last_page(gateway, new_user):
    """The client asks for pages until one is empty."""
    for number in range(5):
        new_user(f"page-{number}@example.com")

    listed = [user.user_name for user in gateway.client().users.list(count=2)]

    assert len(listed) == len(set(listed))
    assert {f"page-{number}@example.com" for number in range(5)} <= set(listed)


def test_deleted_user_cannot_use_a_token_they_have(gateway, new_user):
    """Closing an account ends what it opened."""
    token = new_user("leaver@example.com")
    assert gateway.client(token).current_user.me().user_name == "leaver@example.com"

    (leaver,) = gateway.client().users.list(filter='userName eq "leaver@example.com"')
    gateway.client().users.delete(leaver.id)

    assert gateway.call("GET", "/api/2.0/preview/scim/v2/Me", token).status_code == 401


def test_service_principal_is_created_with_an_application_id(gateway):
    """A program's name in permissions is its application id."""
    principals = gateway.client().service_principals

    created = principals.create(display_name="the app")

    assert created.application_id
    assert principals.get(created.id) == created
    with pytest.raises(NotFound):
        gateway.client().users.get(created.id)


def test_group_members_change_roles(gateway, new_user):
    """Adding somebody to `analysts` opens MLflow to them, removing closes it."""
    token = new_user("changing@example.com", "reviewers")
    me = gateway.client(token).current_user.me()
    analysts = _group_id(gateway, "analysts")

    _patch_group(gateway, analysts, {"op": "add", "value": {"members": [{"value": me.id}]}})
    assert gateway.call("POST", "/__local__/mlflow-links", token).status_code == 200

    _patch_group(gateway, analysts, {"op": "remove", "path": f'members[value eq "{me.id}"]'})
    assert gateway.call("POST", "/__local__/mlflow-links", token).status_code == 403


def test_unknown_groups_and_shapes_are_refused(gateway):
    """A role nobody meant is never given silently."""
    analysts = _group_id(gateway, "analysts")
    path = f"/api/2.0/preview/scim/v2/Groups/{analysts}"
    strange = [{"op": "replace"}, {"op": "add", "value": "x"}, {"op": "add", "path": "displayName"}]

    statuses = [
        gateway.call("PATCH", path, gateway.admin_token, json={"Operations": [each]}).status_code
        for each in strange
    ]

    assert all(400 <= status < 500 for status in statuses)
    body = {"userName": "nobody@example.com", "groups": [{"value": "12345"}]}
    users = "/api/2.0/preview/scim/v2/Users"
    assert gateway.call("POST", users, gateway.admin_token, json=body).status_code == 404


def test_everybody_reads_and_only_admins_change(gateway, new_user):
    """A reviewer sees who is there and cannot let anybody in."""
    client = gateway.client(new_user("reader@example.com", "reviewers"))

    assert list(client.users.list())
    assert list(client.groups.list())
    with pytest.raises(PermissionDenied):
        client.users.create(user_name="friend@example.com")
    with pytest.raises(PermissionDenied):
        client.service_principals.create(display_name="mine")


def _group_id(gateway, name: str) -> str:
    (group,) = gateway.client().groups.list(filter=f'displayName eq "{name}"')
    return group.id or ""


def _patch_group(gateway, group_id: str, operation: dict[str, object]) -> None:
    path = f"/api/2.0/preview/scim/v2/Groups/{group_id}"
    body = {"Operations": [operation]}
    assert gateway.call("PATCH", path, gateway.admin_token, json=body).status_code == 200
