"""One-time codes: used once, for a while, and not guessed."""

import pytest

from local_workspace.access.sign_in_codes import SignInCodes
from local_workspace.errors import BadRequest, TooManyRequests


@pytest.fixture
def alice(principals):
    return principals.create_user("alice@example.com")


@pytest.fixture
def codes(database, principals):
    return SignInCodes(database)


def test_code_works_once(codes, alice):
    """The second person who has seen the code gets nothing."""
    code, _ = codes.create(alice)

    assert alice.id == codes.redeem(code, "here")
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
    assert alice.id == codes.redeem(code, "elsewhere")
