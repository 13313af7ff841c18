"""Permissions of an endpoint, through the official client."""

import pytest
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.serving import (
    ServingEndpointAccessControlRequest,
    ServingEndpointPermissionLevel,
)

QUERY = ServingEndpointPermissionLevel.CAN_QUERY
VIEW = ServingEndpointPermissionLevel.CAN_VIEW


def an_entry(**fields) -> ServingEndpointAccessControlRequest:
    return ServingEndpointAccessControlRequest(**{"permission_level": QUERY} | fields)


def test_set_update_and_get_show_the_same_list(gateway, new_user):
    """PUT replaces, PATCH merges, GET reads: one shape."""
    new_user("asker@example.com")
    endpoints = gateway.client().serving_endpoints

    endpoints.set_permissions("e1", access_control_list=[an_entry(user_name="asker@example.com")])
    updated = endpoints.update_permissions(
        "e1", access_control_list=[an_entry(group_name="reviewers", permission_level=VIEW)]
    )

    assert updated == endpoints.get_permissions("e1")
    assert (updated.object_id, updated.object_type) == ("/serving-endpoints/e1", "serving-endpoint")
    direct = {
        entry.user_name or entry.group_name: permission.permission_level
        for entry in updated.access_control_list
        for permission in entry.all_permissions
        if not permission.inherited
    }
    assert direct == {"asker@example.com": QUERY, "reviewers": VIEW}
    inherited = [
        entry.user_name or entry.group_name
        for entry in updated.access_control_list
        if any(permission.inherited for permission in entry.all_permissions)
    ]
    assert inherited == ["creator@example.com", "admins"]


def test_levels_are_the_three_of_serving(gateway):
    """`get_permission_levels` names them from weak to strong."""
    levels = gateway.client().serving_endpoints.get_permission_levels("e1").permission_levels

    assert [level.permission_level.value for level in levels] == [
        "CAN_VIEW",
        "CAN_QUERY",
        "CAN_MANAGE",
    ]


def test_reading_needs_view_and_changing_needs_manage(gateway, new_user):
    """Who may query sees the list and cannot change it; others see nothing."""
    inside = gateway.client(new_user("inside@example.com")).serving_endpoints
    outside = gateway.client(new_user("outside@example.com")).serving_endpoints
    gateway.client().serving_endpoints.set_permissions(
        "e1", access_control_list=[an_entry(user_name="inside@example.com")]
    )

    assert inside.get_permissions("e1").access_control_list
    with pytest.raises(PermissionDenied):
        inside.update_permissions("e1", access_control_list=[an_entry(group_name="users")])
    with pytest.raises(PermissionDenied):
        outside.get_permissions("e1")


def test_entry_for_nobody_is_refused(gateway):
    """A typing error in a name must not look like a right that was given."""
    endpoints = gateway.client().serving_endpoints

    for entry in (an_entry(user_name="typo@example.com"), an_entry(group_name="typos")):
        with pytest.raises(NotFound):
            endpoints.update_permissions("e1", access_control_list=[entry])
    with pytest.raises(InvalidParameterValue):
        endpoints.update_permissions("e1", access_control_list=[an_entry()])


def test_permissions_of_an_unknown_endpoint_do_not_exist(gateway):
    """Permissions hang on the id of an endpoint that is there."""
    with pytest.raises(NotFound):
        gateway.client().serving_endpoints.get_permissions("e2")


def test_permissions_of_a_closed_account_are_gone(gateway, new_user):
    """The next person of that name starts with nothing."""
    new_user("again@example.com")
    admin = gateway.client()
    admin.serving_endpoints.set_permissions(
        "e1", access_control_list=[an_entry(user_name="again@example.com")]
    )

    (user,) = admin.users.list(filter='userName eq "again@example.com"')
    admin.users.delete(user.id)

    token = new_user("again@example.com")
    with pytest.raises(PermissionDenied):
        gateway.client(token).serving_endpoints.get_permissions("e1")
