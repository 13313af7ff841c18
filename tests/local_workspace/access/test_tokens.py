"""Tokens: whom they stand for, how they end, and that they are never kept."""

import sqlite3
import time

import pytest

from local_workspace.access.principals import Principals
from local_workspace.access.tokens import Tokens
from local_workspace.errors import InvalidParameter, NotFound


@pytest.fixture
def alice(principals):
    return principals.create_user("alice@example.com")


def test_token_stands_for_its_principal_after_a_restart(tokens, alice, reopen):
    """A token outlives the process that made it."""
    secret, _ = tokens.issue(alice)
    database = reopen()

    assert alice == tokens.principal_of(secret)
    assert alice == Tokens(database, Principals(database)).principal_of(secret)


def test_token_is_not_in_the_database(tokens, alice, database: sqlite3.Connection):
    """Whoever reads the file cannot sign in with what is in it."""
    secret, token = tokens.issue(alice, comment="laptop")

    dump = "\n".join(database.iterdump())
    assert "laptop" in dump
    assert secret not in dump
    assert secret not in repr(token)


def test_expired_token_stands_for_nobody(tokens, alice, monkeypatch):
    """After its lifetime a token opens nothing and is not listed."""
    secret, _ = tokens.issue(alice, lifetime_seconds=60)
    later = time.time() + 61

    monkeypatch.setattr(time, "time", lambda: later)

    assert tokens.principal_of(secret) is None
    assert tokens.of(alice) == []


@pytest.mark.parametrize("lifetime", [0, -5, 10**9])
def test_lifetime_out_of_range_is_refused(tokens, alice, lifetime):
    """A token lives at least a moment and at most two years."""
    with pytest.raises(InvalidParameter):
        tokens.issue(alice, lifetime_seconds=lifetime)


def test_revoked_token_stands_for_nobody(tokens, alice, reopen):
    """Revoking holds at once and after a restart."""
    secret, token = tokens.issue(alice)

    tokens.revoke(token.id)

    database = reopen()
    assert tokens.principal_of(secret) is None
    assert Tokens(database, Principals(database)).principal_of(secret) is None
    with pytest.raises(NotFound):
        tokens.revoke(token.id)


def test_closed_account_takes_its_tokens_along(tokens, alice, principals, reopen):
    """A token never outlives the account it stands for."""
    secret, _ = tokens.issue(alice)

    principals.delete(alice.id)

    assert tokens.principal_of(secret) is None
    assert reopen().execute("SELECT count(*) FROM tokens").fetchone()[0] == 0


def test_change_of_groups_holds_for_tokens_in_use(tokens, alice, principals):
    """A token carries no rights of its own: they are those of today."""
    secret, _ = tokens.issue(alice)

    principals.set_groups(alice.id, ["analysts"])

    assert tokens.principal_of(secret).may_use_mlflow


def test_served_version_token_ends_with_its_process(tokens, reopen):
    """It is never written down, queries only what it names, and can be revoked."""
    secret = tokens.issue_served_version_token("chain_1", ["other"])

    database = reopen()
    assert frozenset({"other"}) == tokens.principal_of(secret).queryable
    assert Tokens(database, Principals(database)).principal_of(secret) is None

    tokens.revoke_served_version_token(secret)
    assert tokens.principal_of(secret) is None


def test_lookup_takes_microseconds(tokens, alice):
    """Every request asks, so the answer may not cost a database query."""
    secret, _ = tokens.issue(alice)

    started = time.perf_counter()
    for _ in range(2_000):
        tokens.principal_of(secret)

    assert (time.perf_counter() - started) / 2_000 < 100e-6
