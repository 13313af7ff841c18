"""Personal access tokens, through the official client."""

import time

import pytest
from databricks.sdk.errors import NotFound, PermissionDenied


def test_created_token_signs_in_and_revoked_one_does_not(gateway, new_user):
    """`tokens` creates, lists and deletes the caller's own."""
    client = gateway.client(new_user("tokens@example.com"))

    created = client.tokens.create(comment="laptop", lifetime_seconds=3600)

    assert created.token_value.startswith("dapi")
    info = created.token_info
    assert info.comment == "laptop"
    assert abs(info.expiry_time - 1000 * (time.time() + 3600)) < 60_000
    again = gateway.client(created.token_value)
    assert again.current_user.me().user_name == "tokens@example.com"
    assert info in list(client.tokens.list())
    client.tokens.delete(info.token_id)
    assert gateway.call("GET", "/api/2.0/token/list", created.token_value).status_code == 401


def test_token_without_lifetime_is_listed_as_not_expiring(gateway):
    """Databricks writes -1."""
    assert gateway.client().tokens.create().token_info.expiry_time == -1


def test_token_of_somebody_else_does_not_exist(gateway, new_user):
    """One cannot revoke, nor find out about, another person's token."""
    theirs = gateway.client().tokens.create(comment="admin's")

    with pytest.raises(NotFound):
        gateway.client(new_user("nosy@example.com")).tokens.delete(theirs.token_info.token_id)


def test_admin_makes_and_revokes_the_token_of_a_program(gateway):
    """A service principal gets its token from an admin."""
    admin = gateway.client()
    program = admin.service_principals.create(display_name="job runner")

    created = admin.token_management.create_obo_token(program.application_id, comment="nightly")

    me = gateway.client(created.token_value).current_user.me()
    assert me.user_name == program.application_id
    info = admin.token_management.get(created.token_info.token_id).token_info
    assert (info.owner_id, info.created_by_username) == (int(program.id), "admin@example.com")
    assert info in list(admin.token_management.list())
    admin.token_management.delete(created.token_info.token_id)
    assert gateway.call("GET", "/api/2.0/token/list", created.token_value).status_code == 401


def test_only_admins_manage_tokens(gateway, new_user):
    """Who is not an admin sees no other token and makes none for a program."""
    client = gateway.client(new_user("no-admin@example.com", "analysts"))

    with pytest.raises(PermissionDenied):
        list(client.token_management.list())
    with pytest.raises(PermissionDenied):
        client.token_management.create_obo_token("any")


def test_admin_makes_no_token_for_a_person(gateway):
    """Nobody acts as another person: people sign in themselves."""
    body = {"application_id": "creator@example.com"}

    answer = gateway.call(
        "POST", "/api/2.0/token-management/on-behalf-of/tokens", gateway.admin_token, json=body
    )

    assert answer.status_code == 400
