"""One-time codes: used once, for a while, and not guessed."""

import time

import pytest

from local_workspace.access.fingerprint import fingerprint
from local_workspace.access.sign_in_codes import TOKEN_SECONDS, SignInCodes
from local_workspace.errors import BadRequest, InvalidParameter, NotFound, TooManyRequests


@pytest.fixture
def alice(principals):
    return principals.create_user("alice@example.com")


@pytest.fixture
def codes(database, principals):
    return SignInCodes(database)


def test_code_works_once(codes, alice):
    """The second person who has seen the code gets nothing."""
    code, _ = codes.create(alice)

    assert codes.redeem(code, "here").principal_id == alice.id
    with pytest.raises(BadRequest):
        codes.redeem(code, "here")


def test_expired_code_does_not_work(codes, alice):
    """A forgotten code is no open door."""
    code, _ = codes.create(alice, seconds_valid=-1)

    with pytest.raises(BadRequest):
        codes.redeem(code, "here")


def test_code_is_not_in_the_database(codes, alice, database):
    """Whoever reads the file cannot sign in with what is in it."""
    code, _ = codes.create(alice)

    assert code not in "\n".join(database.iterdump())


def test_code_of_a_closed_account_does_not_work(codes, alice, principals):
    """Closing an account also closes the way in that was prepared for it."""
    code, _ = codes.create(alice)

    principals.delete(alice.id)

    with pytest.raises(BadRequest):
        codes.redeem(code, "here")


def test_guessing_is_stopped_for_the_one_who_guesses(codes, alice):
    """After thirty failures a caller waits; others do not."""
    code, _ = codes.create(alice)
    for _ in range(30):
        with pytest.raises(BadRequest):
            codes.redeem("wrong", "guesser")

    with pytest.raises(TooManyRequests) as refusal:
        codes.redeem(code, "guesser")

    assert 1 <= refusal.value.retry_after <= 61
    assert codes.redeem(code, "elsewhere").principal_id == alice.id


def test_open_codes_are_listed_without_what_opens(codes, alice, database):
    """An admin sees who was invited by whom; used, withdrawn and expired ones are gone."""
    used, _ = codes.create(alice)
    codes.redeem(used, "here")
    _, first = codes.create(alice, created_by="admin@example.com", seconds_valid=60)
    secret, second = codes.create(alice)
    codes.create(alice, seconds_valid=-1)

    assert codes.open() == [second, first]
    assert first.created_by == "admin@example.com"
    assert first.expires_at - first.created_at == pytest.approx(60)
    assert secret not in repr(codes.open())


def test_withdrawn_code_does_not_work(codes, alice):
    """And whoever withdraws it a second time is told that there is none."""
    secret, code = codes.create(alice)

    codes.withdraw(code.id)

    assert codes.open() == []
    with pytest.raises(BadRequest):
        codes.redeem(secret, "here")
    with pytest.raises(NotFound):
        codes.withdraw(code.id)


def test_code_says_how_long_its_token_lasts(codes, alice):
    """Nobody stays signed in for longer than the workspace allows."""
    secret, _ = codes.create(alice, token_seconds=3600)

    assert codes.redeem(secret, "here").token_seconds == 3600
    for wrong in (0, 91 * 24 * 3600):
        with pytest.raises(InvalidParameter):
            codes.create(alice, token_seconds=wrong)


def test_codes_of_an_earlier_version_still_work(database, alice):
    """A data directory from before codes were listed keeps the links that were sent."""
    database.executescript(
        "CREATE TABLE sign_in_codes (code_hash TEXT PRIMARY KEY, principal_id TEXT NOT NULL "
        "REFERENCES principals(id) ON DELETE CASCADE, expires_at REAL NOT NULL) STRICT;"
    )
    values = (fingerprint("old code"), alice.id, time.time() + 60)
    database.execute("INSERT INTO sign_in_codes VALUES (?, ?, ?)", values)

    codes = SignInCodes(database)

    assert [code.created_by for code in codes.open()] == [""]
    assert codes.redeem("old code", "here").token_seconds == TOKEN_SECONDS
