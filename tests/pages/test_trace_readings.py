"""What went into a step or came out of it: known for what it is, and for nothing else."""

import pytest

from components.trace_view import readings


@pytest.mark.parametrize(
    ("value", "titles"),
    [
        ({"messages": [{"role": "user", "content": "a"}]}, ["user"]),
        ([{"type": "human", "content": [{"type": "text", "text": "a"}]}], ["human"]),
        ([[{"type": "human", "content": "a"}]], ["human"]),
        ({"choices": [{"message": {"role": "assistant", "content": "a"}}]}, ["assistant"]),
        ({"output": [{"type": "message", "role": "assistant", "content": []}]}, ["assistant"]),
        ({"messages": [{"role": "user"}]}, []),
        ({"output": [{"type": "row", "value": 5}]}, []),
        ({"messages": "none"}, []),
        ([1, 2], []),
        ({}, []),
        (None, []),
    ],
)
def test_messages_are_known_in_every_shape(value, titles):
    """Of OpenAI, of LangChain, of an agent; anything else is no conversation."""
    assert [each.title for each in readings.messages_in(value)] == titles


def test_calls_of_tools_are_part_of_a_message():
    """A message without words has them."""
    call = {"function": {"name": "look_up", "arguments": '{"q": 1}'}}

    (message,) = readings.messages_in(
        [{"role": "assistant", "content": None, "tool_calls": [call]}]
    )

    assert message.text == 'calls look_up with {"q": 1}'


def test_answer_of_the_responses_api_is_read_as_a_conversation():
    """With what was called, what that gave, and what was thought."""
    found = readings.messages_in(
        {
            "object": "response",
            "output": [
                {"type": "reasoning", "summary": [{"text": "Look it up."}]},
                {"type": "function_call", "name": "look_up", "arguments": '{"q": 1}'},
                {"type": "function_call_output", "output": "five"},
                {"type": "message", "role": "assistant", "content": [{"text": "Five days."}]},
            ],
        }
    )

    assert [(each.title, each.text) for each in found] == [
        ("reasoning", "Look it up."),
        ("assistant", 'calls look_up with {"q": 1}'),
        ("tool", "five"),
        ("assistant", "Five days."),
    ]


@pytest.mark.parametrize("value", [[], [1], [{"text": "a"}], [{"metadata": {}}], "a", None])
def test_what_is_no_list_of_documents_is_not_drawn_as_one(value):
    """A guess would hide what is there."""
    assert readings.documents_in(value) == ()


@pytest.mark.parametrize(
    ("text", "room"), [("30", "content"), ("x" * 5_000, 360), ("1\n" * 40, 360)]
)
def test_short_text_takes_no_more_room_than_it_needs(text, room):
    """A number is no page of text; what is long scrolls by itself."""
    assert readings.room_for(text) == room
