"""A ChatModel for readers: counts slowly, cites a source, or says back what it was told."""

import os
import time
from collections.abc import Iterator

import mlflow
from mlflow.entities import Document, SpanType
from mlflow.pyfunc import ChatModel
from mlflow.types.llm import (
    ChatChoice,
    ChatChoiceDelta,
    ChatChunkChoice,
    ChatCompletionChunk,
    ChatCompletionResponse,
    ChatMessage,
    ChatParams,
)


class Talking(ChatModel):
    def predict(self, context, messages, params: ChatParams | None = None):
        message = ChatMessage(role="assistant", content="".join(pieces(messages[-1].content)))
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)], model="t")

    def predict_stream(self, context, messages, params: ChatParams | None = None):
        for piece in pieces(messages[-1].content):
            delta = ChatChoiceDelta(role="assistant", content=piece)
            yield ChatCompletionChunk(choices=[ChatChunkChoice(index=0, delta=delta)], model="t")


def pieces(question: str) -> Iterator[str]:
    verb, _, rest = question.partition(" ")
    if verb == "count":
        for number in range(int(rest)):
            yield f"{number} "
            time.sleep(0.02)
        return
    if verb == "repeat":
        times, _, said = rest.partition(" ")
        yield from (said for _ in range(int(times)))
        return
    if verb == "fail":
        raise ValueError(rest)
    if verb == "who":
        yield from (f"{word} " for word in os.environ["VERSION_NAME"].split())
        return
    if verb == "cite":
        found(rest)
    # Small pieces: what is hostile must be so, too, when only a part of it has come.
    yield from (rest[start : start + 20] for start in range(0, len(rest), 20))


@mlflow.trace(span_type=SpanType.RETRIEVER)
def found(text: str) -> list[Document]:
    where = {"doc_uri": "https://handbook.example.org/leave", "title": text}
    return [Document(page_content=text, metadata=where)]


mlflow.models.set_model(Talking())
