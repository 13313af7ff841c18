"""How a question ends that gets no answer, or only the beginning of one."""

import pytest

from backend import errors
from backend.chat.answer_stream import AnswerStream, Question
from backend.turns.answers import Answer, Conversation, TextPart
from tests.backend.wire import BROKE, event, refuse, text

CONVERSATION = Conversation("c-1", "chain")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error_code": "BAD_REQUEST", "message": "bad"}, errors.Refused),
        (400, {"message": "The model raised ValueError: no luck"}, errors.ChainFailed),
        (
            400,
            {"message": "Encountered an unexpected error while evaluating the model."},
            errors.ChainFailed,
        ),
        (400, {"message": "x", "details": [{"reason": "MODEL_EXCEPTION"}]}, errors.ChainFailed),
        (401, {}, errors.SignInNeeded),
        (403, {"error_code": "PERMISSION_DENIED", "message": "no"}, errors.NotAllowed),
        (403, {"message": "Invalid access token."}, errors.SignInNeeded),
        (404, {"error_code": "RESOURCE_DOES_NOT_EXIST"}, errors.NotFound),
        (413, {"message": "16 MB"}, errors.Refused),
        (307, {}, errors.Failed),
        (500, {"error_code": "INTERNAL_ERROR", "message": "secret"}, errors.Failed),
        (502, ["no object"], errors.Unavailable),
        (503, {"error_code": "TEMPORARILY_UNAVAILABLE"}, errors.ChainStarting),
        (504, {"error_code": "DEADLINE_EXCEEDED"}, errors.TookTooLong),
        (507, {"error_code": "STORAGE_FULL"}, errors.Failed),
    ],
)
def test_a_refusal_is_an_error_with_the_request_id_and_is_not_repeated(
    wire, chat, status, body, kind
):
    """Whatever it is, the model is asked once; the person gets a sentence and an id to quote."""
    refuse(wire, status, body, Location="/elsewhere")

    with pytest.raises(errors.ReviewAppError) as caught:
        next(chat.ask("chain", CONVERSATION, "Why?"))

    assert type(caught.value) is kind
    assert caught.value.request_id == "r-1"
    assert len(wire.posted) == 1
    assert "secret" not in caught.value.sentence


def test_a_rate_limit_says_when_to_try_again(wire, chat):
    """The seconds the workspace names are what the person is told."""
    refuse(wire, 429, {"error_code": "REQUEST_LIMIT_EXCEEDED"}, **{"Retry-After": "42"})

    with pytest.raises(errors.TooManyRequests) as caught:
        next(chat.ask("chain", CONVERSATION, "Why?"))

    assert caught.value.retry_after == 42
    assert caught.value.advice == "Try again in 42 seconds."
    assert len(wire.posted) == 1


def test_an_error_before_the_first_word_is_raised(wire, chat):
    """A stream that begins with its failure has no answer to show."""
    wire.script = [event(BROKE)]

    with pytest.raises(errors.ChainFailed, match="no luck") as caught:
        next(chat.ask("chain", CONVERSATION, "Why?"))

    assert caught.value.request_id == "r-1"


@pytest.mark.parametrize(
    ("rest", "code", "sentence"),
    [
        ([event(BROKE)], "CHAIN_FAILED", "no luck"),
        (
            [event({"error_code": "DEADLINE_EXCEEDED", "message": "slow"})],
            "TOOK_TOO_LONG",
            "too long",
        ),
        (
            [event({"type": "response.failed", "response": {"error": {"message": "bad luck"}}})],
            "CHAIN_FAILED",
            "bad luck",
        ),
        ([None], "WORKSPACE_UNREACHABLE", "broke off"),
    ],
    ids=["model", "time", "responses", "connection"],
)
def test_an_error_in_the_middle_ends_with_what_had_come(wire, chat, rest, code, sentence):
    """The text stays, marked as interrupted, with what went wrong and its code."""
    wire.script = [text("One "), *rest]

    first, answer = chat.ask("chain", CONVERSATION, "Why?")

    assert first == TextPart("One ")
    assert isinstance(answer, Answer)
    assert (answer.text, answer.is_interrupted, answer.problem_code) == ("One ", True, code)
    assert sentence in (answer.problem or "")
    assert answer.request_id == "r-1"
    assert len(wire.posted) == 1


def test_a_workspace_that_is_gone_is_told_apart():
    """Nobody answers at the address: nothing was asked."""
    with pytest.raises(errors.Unreachable) as caught:
        next(AnswerStream(Question("http://127.0.0.1:9/", {}, dict)))

    assert caught.value.request_id is None


@pytest.mark.parametrize(
    "said",
    [
        {"error": [1, {}]},
        {"error": {"message": {"a": 1}, "code": []}},
        {"error_code": {"a": []}, "message": 7},
        {"error_code": "X", "details": [None, {"request_id": 5}, "y"]},
        {"type": "response.failed", "response": [], "error": None},
    ],
)
def test_a_failure_of_any_shape_is_told_in_a_sentence(wire, chat, said):
    """A model may write anything into its error; the person still reads a sentence."""
    wire.script = [text("One "), event(said)]

    *_, answer = chat.ask("chain", CONVERSATION, "Why?")

    assert answer.is_interrupted
    assert (answer.problem or "").startswith("The chain failed while it was answering.")
