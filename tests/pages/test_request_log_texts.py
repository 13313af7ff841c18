"""Texts of a log as they are shown: every character can be seen, and none is a command."""

import pytest

from components.request_logs import bodies, readable


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("@/etc/passwd", "--data-raw @/etc/passwd"),
        ("$(id)", "--data-raw '$(id)'"),
        ("x" * 50_001, "--data-binary @request.json"),
    ],
)
def test_hostile_request_is_no_command(body, expected):
    """Neither a file nor a program is read, and a long one is a file."""
    assert bodies.command("a b", body).endswith(expected)
    assert "serving-endpoints/a%20b/invocations" in bodies.command("a b", body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\tc", "a\nb\tc"),
        ("\x1b[31mred\x00", "�[31mred�"),
        ("\ud83dx\u202egnp", "�x�gnp"),
    ],
)
def test_every_character_can_be_seen(text, expected):
    """And sent to a browser."""
    assert readable.readable(text) == expected
    assert readable.readable(text).encode()


def test_deep_and_broken_json_is_shown_as_it_came():
    """Putting it in order is a service, not a condition."""
    deep = "[" * 100_000
    assert readable.indented(deep) == deep
    assert readable.indented('{"a":1') == '{"a":1'
    assert readable.indented('{"a":"é"}') == '{\n  "a": "é"\n}'
