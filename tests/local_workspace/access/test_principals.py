"""Who has an account, in which groups, and what the groups open."""

import pytest

from local_workspace.access.principal import Principal
from local_workspace.access.principals import Principals
from local_workspace.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound


def test_accounts_and_groups_survive_a_restart(principals, reopen):
    """What was acknowledged is there when the workspace starts again."""
    alice = principals.create_user("alice@example.com", "Alice", ["analysts", "reviewers"])
    program = principals.create_service_principal("nightly job")

    again = Principals(reopen())

    assert [alice] == again.of_kind("user")
    assert [program] == again.of_kind("service_principal")


def test_user_names_differ_by_more_than_their_case(principals):
    """Databricks compares user names without regard to case, and so do permissions here."""
    alice = principals.create_user("Alice@Example.com")

    with pytest.raises(AlreadyExists):
        principals.create_user("alice@example.COM")

    assert alice == principals.find_by_name("ALICE@example.com")


@pytest.mark.parametrize("name", ["", "two words", "line\nbreak", "nul\x00", "x" * 256])
def test_name_that_could_hide_something_is_refused(principals, name):
    """Names travel in headers and logs, so nothing invisible may be in them."""
    with pytest.raises(InvalidParameter):
        principals.create_user(name)


@pytest.mark.parametrize(
    ("groups", "uses_mlflow", "manages"),
    [
        (["admins"], True, True),
        (["analysts"], True, False),
        (["analysts", "reviewers"], True, False),
        (["reviewers"], False, False),
        ([], False, False),
    ],
)
def test_groups_decide_what_a_person_may(principals, groups, uses_mlflow, manages):
    """Admins manage, analysts use MLflow, reviewers do neither."""
    person = principals.create_user("p@example.com", groups=groups)

    assert (uses_mlflow, manages) == (person.may_use_mlflow, person.may_manage_workspace)


def test_service_principal_uses_mlflow_and_manages(principals):
    """Programs deploy and log without being admins."""
    program = principals.create_service_principal("deployer")

    assert program.may_use_mlflow
    assert program.may_manage_workspace
    assert not program.is_admin


def test_served_version_may_only_query():
    """A model that calls an endpoint gets no right beyond that."""
    served = Principal("0", "chain_1", "chain_1", "served_version", queryable=frozenset({"x"}))

    assert served.may_only_query
    assert not served.may_use_mlflow
    assert not served.may_manage_workspace


def test_last_admin_cannot_be_lost(principals):
    """A workspace nobody can administer would have to be thrown away."""
    admin = principals.create_user("admin@example.com", groups=["admins"])

    with pytest.raises(InvalidState):
        principals.delete(admin.id)
    with pytest.raises(InvalidState):
        principals.set_groups(admin.id, ["analysts"])

    principals.create_user("second@example.com", groups=["admins"])
    principals.delete(admin.id)
    assert principals.find(admin.id) is None


def test_group_of_any_name_is_carried(principals, reopen):
    """Groups are open strings; only three mean something here."""
    principals.create_user("p@example.com", groups=["team-red"])

    assert "team-red" in Principals(reopen()).groups.names()


def test_unknown_account_is_said_to_be_unknown(principals):
    """Asking for an id nobody has is a 404, not a crash."""
    with pytest.raises(NotFound):
        principals.get("1")
