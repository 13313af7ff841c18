"""Streams a few chunks; the first holds the time at which the model yielded it."""

import time
from collections.abc import Generator

import mlflow
from mlflow.pyfunc.model import ChatModel, PythonModelContext
from mlflow.types.llm import (
    ChatChoice,
    ChatChoiceDelta,
    ChatChunkChoice,
    ChatCompletionChunk,
    ChatCompletionResponse,
    ChatMessage,
    ChatParams,
)

_THINKING_SECONDS = 0.02
_PAUSE_SECONDS = 0.005
_WORDS = ("bursts ", "are ", "bright.")


class Streaming(ChatModel):
    """Thinks, says what time it is, and goes on word by word."""

    def predict(  # type: ignore[override] # ChatModel narrows PythonModel the same way
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Answer at once, for those who do not want a stream."""
        message = ChatMessage(role="assistant", content="".join(_WORDS))
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])

    def predict_stream(  # type: ignore[override]  # see predict
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> Generator[ChatCompletionChunk, None, None]:
        """Yield the time in nanoseconds, then the words."""
        time.sleep(_THINKING_SECONDS)
        yield _chunk(str(time.time_ns()))
        for word in _WORDS:
            time.sleep(_PAUSE_SECONDS)
            yield _chunk(word)


def _chunk(text: str) -> ChatCompletionChunk:
    delta = ChatChoiceDelta(role="assistant", content=text)
    return ChatCompletionChunk(choices=[ChatChunkChoice(index=0, delta=delta)])


mlflow.models.set_model(Streaming())
