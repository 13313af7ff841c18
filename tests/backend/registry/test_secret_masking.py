"""What counts as a secret in what people log, and what does not."""

import pytest

from backend.registry.secret_masking import MASK, mask, mask_text


@pytest.mark.parametrize(
    "name",
    ["password", "db_password", "OPENAI_API_KEY", "apiKey", "clientSecret", "access-token", "pat"],
)
def test_what_is_called_like_a_secret_is_masked(name):
    """However the words are joined."""
    found = mask({"outer": {name: "abc123"}})

    assert found.value == {"outer": {name: MASK}}
    assert found.names == (f"outer.{name}",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_tokens", 500),
        ("max_token", 500),
        ("tokenizer", "cl100k"),
        ("secretary", "Ms Smith"),
        ("api_key", "{{secrets/scope/key}}"),
        ("api_key", "${OPENAI_API_KEY}"),
        ("api_key", None),
        ("use_secret", True),
    ],
)
def test_what_only_sounds_like_one_stays(name, value):
    """A place where a secret lies is none, and neither is a number of tokens."""
    assert mask({name: value}).value == {name: value}


@pytest.mark.parametrize(
    "value",
    [
        "dapi0123456789abcdef0123456789abcdef",
        "sk-proj-0123456789abcdefghij",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
    ],
)
def test_what_has_the_form_of_one_is_masked_under_any_name(value):
    """Also in the middle of a text and in a list."""
    found = mask({"notes": [f"use {value} here"]})

    assert value not in str(found.value)
    assert found.names == ("notes[0]",)


def test_password_in_an_address_is_masked_and_the_address_stays():
    """One still sees where it leads."""
    assert mask_text("url: postgres://me:hidden@db/x").value == f"url: postgres://{MASK}@db/x"


@pytest.mark.parametrize(
    "line",
    [
        'API_KEY = "abc-123"',
        "  password: abc-123",
        '{"client_secret": "abc-123"}',
        "token='abc-123'",
    ],
)
def test_secret_in_a_file_of_text_is_masked(line):
    """In code, YAML and JSON."""
    found = mask_text(f"first\n{line}\nlast")

    assert "abc-123" not in found.value
    assert found.value.startswith("first\n")
    assert found.value.endswith("\nlast")
    assert len(found.names) == 1


@pytest.mark.parametrize(
    "line",
    [
        'token = os.environ["TOKEN"]',
        'headers = {"Authorization": f"Bearer {token}"}',
        'name = "token"',
        '"name": "api_key", "required": true',
        "tokens: 12",
        "api_key: {{secrets/scope/key}}",
    ],
)
def test_code_that_only_handles_secrets_stays_as_it_is(line):
    """Nobody reads code full of masks."""
    assert mask_text(line).value == line
