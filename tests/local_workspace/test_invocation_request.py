"""What an invocation request says about itself."""

import pytest

from local_workspace.access.principal import Principal
from local_workspace.invocation_request import InvocationRequest

CALLER = Principal("1", "owner", "Owner", "user")


def request(document) -> InvocationRequest:
    return InvocationRequest("chain", CALLER, b"", document=document)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"databricks_options": {"conversation_id": "a"}}, "a"),
        ({"context": {"conversation_id": "b"}}, "b"),
        (
            {
                "databricks_options": {"conversation_id": "a"},
                "context": {"conversation_id": "b"},
            },
            "a",
        ),
        ({"databricks_options": {"conversation_id": 7}}, "7"),
        ({"databricks_options": "odd", "context": ["odd"]}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
    ids=repr,
)
def test_conversation_is_found_in_the_options_or_in_the_context(document, expected):
    """Both places of the platform count; anything of another shape names no conversation."""
    assert request(document).conversation_id == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [({"stream": True}, True), ({"stream": "yes"}, False), ({}, False), ([True], False)],
    ids=repr,
)
def test_only_true_asks_for_a_stream(document, expected):
    """`stream` is a boolean of the request's top level."""
    assert request(document).wants_stream is expected


@pytest.mark.parametrize(
    ("body", "sentence"),
    [(b"{", "The body is not valid JSON"), (b'{"a": "\xff"}', "The body is not UTF-8 text.")],
)
def test_body_that_cannot_be_read_is_refused_later_with_why(body, sentence):
    """The refusal waits until it is known on whose record it goes."""
    request = InvocationRequest("chat", None, body)

    request.read()

    assert request.refusal.message.startswith(sentence)
    assert not request.wants_stream


def test_body_in_another_format_is_left_to_the_model():
    """CSV is nothing the gateway reads."""
    request = InvocationRequest("chat", None, b"a,b", content_type="text/csv")

    request.read()

    assert (request.refusal, request.document) == (None, None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"reviewapp.pair": "p1", "number": 1}, {"reviewapp.pair": "p1"}),
        ("text", {}),
        (None, {}),
        ({f"k{number}": "v" for number in range(30)}, {f"k{number}": "v" for number in range(20)}),
    ],
)
def test_usage_context_is_a_few_texts(given, kept):
    """What the caller wants to find the request by is kept if it is text, and not too much."""
    assert request({"usage_context": given}).usage_context == kept
