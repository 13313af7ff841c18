"""Streams a page of Markdown; its first and its last words name the question it answers.

Whoever watches a screen can so tell the first word of this answer from those of all others.
"""

import time
from collections.abc import Generator, Iterator

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
_PIECE = 24
_TEXT = """**Gamma-ray bursts** are the brightest flashes we know of.

1. A star collapses, or two neutron stars meet.
2. A narrow jet leaves at nearly the speed of light.
3. Whoever looks into the jet sees a burst.

| Kind | Lasts | Comes from |
|---|---|---|
| short | below two seconds | two neutron stars |
| long | above two seconds | a massive star |

They were found by satellites that looked for nuclear tests, and it took thirty years until an
afterglow told how far away they are. What is left behind shines for weeks in all colours, from
X-rays to radio waves, and each of them tells something else about the gas around the star.

"""


class Conversing(ChatModel):
    """Says the same whatever it is asked, between two words that are the question's own."""

    def predict(  # type: ignore[override] # ChatModel narrows PythonModel the same way
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Answer at once, for those who do not want a stream."""
        message = ChatMessage(role="assistant", content="".join(_pieces(messages)))
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])

    def predict_stream(  # type: ignore[override]  # see predict
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> Generator[ChatCompletionChunk, None, None]:
        """Think for a moment, then write piece by piece."""
        time.sleep(_THINKING_SECONDS)
        for piece in _pieces(messages):
            delta = ChatChoiceDelta(role="assistant", content=piece)
            yield ChatCompletionChunk(choices=[ChatChunkChoice(index=0, delta=delta)])
            time.sleep(_PAUSE_SECONDS)


def _pieces(messages: list[ChatMessage]) -> Iterator[str]:
    name = str(messages[-1].content).rpartition("-")[2]
    yield f"Answer-{name}. "
    yield from (_TEXT[start : start + _PIECE] for start in range(0, len(_TEXT), _PIECE))
    yield f"Done-{name}."


mlflow.models.set_model(Conversing())
