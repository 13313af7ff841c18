"""Who may do what with which endpoint."""

import pytest

from local_workspace.access.permissions import AclEntry, Grantee, PermissionLevel, Permissions
from local_workspace.access.principal import Principal
from local_workspace.errors import InvalidParameter

VIEW, QUERY, MANAGE = (
    PermissionLevel.CAN_VIEW,
    PermissionLevel.CAN_QUERY,
    PermissionLevel.CAN_MANAGE,
)
BOB = Grantee("user_name", "bob@example.com")
ANALYSTS = Grantee("group_name", "analysts")


@pytest.fixture
def permissions(database):
    return Permissions(database)


def a_person(name: str = "bob@example.com", *groups: str) -> Principal:
    return Principal("7", name, name, "user", frozenset(groups))


def level(permissions: Permissions, principal: Principal, endpoint_id: str = "e1"):
    return permissions.level_of(principal, endpoint_id, "chain", "creator@example.com")


def test_nobody_has_a_right_that_was_not_given(permissions):
    """A person without an entry cannot even see the endpoint."""
    assert level(permissions, a_person()) == PermissionLevel.NO_PERMISSIONS


@pytest.mark.parametrize(
    "principal", [a_person("creator@example.com"), a_person("x@example.com", "admins")]
)
def test_creator_and_admins_manage_without_an_entry(permissions, principal):
    """They inherit CAN_MANAGE, as on Databricks."""
    assert level(permissions, principal) == MANAGE


def test_highest_of_own_and_group_levels_counts(permissions):
    """A right given to a group is not taken away by a smaller one given to a member."""
    permissions.replace("e1", [AclEntry(BOB, VIEW), AclEntry(ANALYSTS, QUERY)])

    assert level(permissions, a_person("bob@example.com", "analysts")) == QUERY
    assert level(permissions, a_person("bob@example.com")) == VIEW


def test_group_users_means_everybody(permissions):
    """`users` is the group every account is in."""
    permissions.replace("e1", [AclEntry(Grantee("group_name", "users"), QUERY)])

    assert level(permissions, a_person("anybody@example.com")) == QUERY


def test_user_and_service_principal_of_the_same_name_are_two(permissions):
    """An entry for a user says nothing about a program."""
    permissions.replace("e1", [AclEntry(Grantee("user_name", "x"), QUERY)])
    program = Principal("8", "x", "x", "service_principal")

    assert level(permissions, program) == PermissionLevel.NO_PERMISSIONS


def test_merge_keeps_the_others_and_replace_does_not(permissions):
    """PATCH changes who is named, PUT is the whole list."""
    permissions.replace("e1", [AclEntry(BOB, VIEW)])

    permissions.merge("e1", [AclEntry(ANALYSTS, QUERY)])
    assert [AclEntry(BOB, VIEW), AclEntry(ANALYSTS, QUERY)] == permissions.acl("e1", None)[:2]

    permissions.replace("e1", [AclEntry(ANALYSTS, MANAGE)])
    assert level(permissions, a_person()) == PermissionLevel.NO_PERMISSIONS


def test_entries_survive_a_restart_and_end_with_the_endpoint(permissions, reopen):
    """Rights are durable, and a new endpoint never inherits those of a deleted one."""
    permissions.replace("e1", [AclEntry(BOB, QUERY)])
    assert level(Permissions(reopen()), a_person()) == QUERY

    permissions.forget("e1")
    assert level(Permissions(reopen()), a_person()) == PermissionLevel.NO_PERMISSIONS


def test_closed_account_leaves_no_right_behind(permissions, reopen):
    """The next person of that name starts with nothing, on every endpoint."""
    permissions.replace("e1", [AclEntry(BOB, QUERY), AclEntry(ANALYSTS, VIEW)])
    permissions.replace("e2", [AclEntry(BOB, MANAGE)])

    permissions.forget_grantee(BOB)

    for store in (permissions, Permissions(reopen())):
        assert level(store, a_person(), "e2") == PermissionLevel.NO_PERMISSIONS
        assert level(store, a_person("x", "analysts")) == VIEW


def test_naming_somebody_twice_is_refused_and_changes_nothing(permissions):
    """Two levels for one person have no meaning."""
    permissions.replace("e1", [AclEntry(BOB, VIEW)])

    with pytest.raises(InvalidParameter):
        permissions.replace("e1", [AclEntry(BOB, QUERY), AclEntry(BOB, MANAGE)])

    assert level(permissions, a_person()) == VIEW


def test_served_version_queries_what_it_declared_and_nothing_else(permissions):
    """Its right hangs on the endpoint's name, whatever the entries say."""
    permissions.replace("e1", [AclEntry(Grantee("group_name", "users"), MANAGE)])
    declared = Principal("0", "v", "v", "served_version", queryable=frozenset({"chain"}))
    other = Principal("0", "v", "v", "served_version", queryable=frozenset({"other"}))

    assert level(permissions, declared) == QUERY
    assert level(permissions, other) == PermissionLevel.NO_PERMISSIONS


def test_list_shows_creator_and_admins_as_inherited(permissions):
    """What cannot be taken away is shown as such."""
    creator = a_person("creator@example.com")

    inherited = [entry for entry in permissions.acl("e1", creator) if entry.inherited]

    names = [entry.grantee.name for entry in inherited]
    assert names == ["creator@example.com", "admins"]
