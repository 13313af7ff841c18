"""Builds the answers of a ChatModel: whole completions and the chunks of a streamed one."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mlflow.types.llm import (
    ChatChoice,
    ChatChoiceDelta,
    ChatChunkChoice,
    ChatCompletionChunk,
    ChatCompletionResponse,
    ChatMessage,
    ChatParams,
)


def turns_of(messages: Sequence[ChatMessage]) -> list[dict[str, Any]]:
    """Return the messages as plain dictionaries."""
    return [{"role": message.role, "content": message.content or ""} for message in messages]


def options_of(params: ChatParams) -> dict[str, Any]:
    """Return what the caller wants of a language model, in the words of its own interface."""
    options: dict[str, Any] = {"temperature": params.temperature, "max_tokens": params.max_tokens}
    return {name: value for name, value in options.items() if value is not None}


def completion(text: str, model: str) -> ChatCompletionResponse:
    """Return the text as one whole answer."""
    message = ChatMessage(role="assistant", content=text)
    return ChatCompletionResponse(choices=[ChatChoice(message=message)], id=_new_id(), model=model)


def completion_chunks(texts: Iterable[str], model: str) -> Iterator[ChatCompletionChunk]:
    """Yield each text as a chunk of the same answer, then the chunk that ends it."""
    answer_id = _new_id()
    for text in texts:
        choice = ChatChunkChoice(delta=ChatChoiceDelta(role="assistant", content=text))
        yield ChatCompletionChunk(choices=[choice], id=answer_id, model=model)
    end = ChatChunkChoice(delta=ChatChoiceDelta(role="assistant"), finish_reason="stop")
    yield ChatCompletionChunk(choices=[end], id=answer_id, model=model)


def streamed_text(chunks: Sequence[ChatCompletionChunk]) -> str:
    """Return the text of a streamed answer, for its span."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def _new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"
