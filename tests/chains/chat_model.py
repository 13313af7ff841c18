"""A ChatModel whose behaviour is chosen by the question: echo, sleep, raise, die, print, stream."""

import os
import sys
import time
from collections.abc import Iterator

import mlflow
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


class Scripted(ChatModel):
    def predict(self, context, messages, params: ChatParams | None = None):
        answer = act(messages[-1].content)
        message = ChatMessage(role="assistant", content=answer)
        return ChatCompletionResponse(
            choices=[ChatChoice(index=0, message=message)], model="scripted"
        )

    def predict_stream(self, context, messages, params: ChatParams | None = None):
        for word in stream_of(messages[-1].content):
            delta = ChatChoiceDelta(role="assistant", content=word)
            yield ChatCompletionChunk(choices=[ChatChunkChoice(index=0, delta=delta)], model="s")


def act(question: str) -> str:
    verb, _, rest = question.partition(" ")
    if verb == "sleep":
        time.sleep(float(rest))
    if verb == "raise":
        raise ValueError(rest)
    if verb == "die":
        os._exit(3)
    if verb == "print":
        sys.stdout.write(rest + "\n")
        sys.stdout.flush()
    if verb == "env":
        return os.environ.get(rest, "not set")
    if verb == "betray":
        raise ValueError(f"betrayed {os.environ[rest]}")
    if verb == "pid":
        # Asked together, those that wait meanwhile cannot all be served by the first that is free.
        time.sleep(float(rest or 0))
        return str(os.getpid())
    with mlflow.start_span("inner") as span:
        span.set_inputs(question)
    return f"{os.environ.get('VERSION_NAME', '')}{question}"


def stream_of(question: str) -> Iterator[str]:
    verb, _, rest = question.partition(" ")
    if verb == "count":
        path = os.environ.get("COUNT_FILE")
        for number in range(int(rest)):
            if path:
                with open(path, "a") as file:
                    file.write("x")
            yield f"{number} "
            time.sleep(0.02)
        return
    if verb == "break":
        yield "one "
        raise ValueError(rest)
    yield from (f"{word} " for word in act(question).split())


mlflow.models.set_model(Scripted())
