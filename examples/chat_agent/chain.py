"""A ChatAgent that looks things up and calculates, and shows each tool call in its answer.

The tools are chosen by rule, so that the example behaves the same everywhere. With a language
model in the environment (`EXAMPLES_LLM_BASE_URL`) that model words what the handbook says; the
calculator's result is always stated as it is.
"""

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import mlflow
from mlflow.entities import SpanType
from mlflow.pyfunc.model import ChatAgent
from mlflow.types.agent import ChatAgentChunk, ChatAgentMessage, ChatAgentResponse, ChatContext
from mlflow.types.chat import Function
from mlflow.types.chat import ToolCall as ToolCallMessage

from examples.answering.conversation import Turn, pieces
from examples.answering.expert import HandbookExpert
from examples.answering.retrieval import SearchSettings
from examples.chat_agent.tools import ToolCall, ToolResult, describe, plan, run


def merge(chunks: Iterable[ChatAgentChunk]) -> list[ChatAgentMessage]:
    """Return the whole messages of a stream: deltas with one id belong together."""
    messages: dict[str, ChatAgentMessage] = {}
    for chunk in chunks:
        delta = chunk.delta
        known = messages.get(str(delta.id))
        content = (known.content or "") + (delta.content or "") if known else delta.content
        messages[str(delta.id)] = delta.model_copy(update={"content": content})
    return list(messages.values())


class HandbookAgent(ChatAgent):
    """Answers questions about bursts with a handbook and a calculator."""

    def __init__(self, expert: HandbookExpert) -> None:
        self._expert = expert

    @mlflow.trace(name="Handbook agent", span_type=SpanType.AGENT)
    def predict(  # type: ignore[override] # ChatAgent narrows PythonModel the same way
        self,
        messages: list[ChatAgentMessage],
        context: ChatContext | None = None,
        custom_inputs: dict[str, Any] | None = None,
    ) -> ChatAgentResponse:
        """Return the tool calls, their results and the answer."""
        return ChatAgentResponse(messages=merge(self._work(messages)), finish_reason="stop")

    @mlflow.trace(
        name="Handbook agent",
        span_type=SpanType.AGENT,
        output_reducer=lambda chunks: [message.model_dump() for message in merge(chunks)],
    )
    def predict_stream(  # type: ignore[override] # see predict
        self,
        messages: list[ChatAgentMessage],
        context: ChatContext | None = None,
        custom_inputs: dict[str, Any] | None = None,
    ) -> Generator[ChatAgentChunk, None, None]:
        """Yield each tool message when it is known, then the answer piece by piece."""
        yield from self._work(messages)

    def _work(self, messages: Sequence[ChatAgentMessage]) -> Iterator[ChatAgentChunk]:
        turns = [{"role": it.role, "content": it.content or ""} for it in messages]
        calls = plan(turns)
        yield _tool_calls(calls)
        results = []
        for call in calls:
            results.append(run(call, self._expert.handbook))
            yield _tool_result(results[-1])
        answer_id = str(uuid4())
        for piece in self._answer(turns, results):
            yield _chunk(ChatAgentMessage(role="assistant", content=piece, id=answer_id))

    def _answer(self, turns: Sequence[Turn], results: Sequence[ToolResult]) -> Iterator[str]:
        documents = [document for result in results for document in result.documents]
        calculated = " ".join(describe(it.travel) for it in results if it.travel)
        if not calculated:
            yield from self._expert.stream(turns, documents)
            return
        yield from pieces(calculated)
        if documents:
            yield "\n\n"
            yield from self._expert.stream(turns, documents)


def _tool_calls(calls: Sequence[ToolCall]) -> ChatAgentChunk:
    tool_calls = [
        ToolCallMessage(
            id=call.call_id,
            function=Function(name=call.name, arguments=json.dumps(call.arguments)),
        )
        for call in calls
    ]
    return _chunk(
        ChatAgentMessage(role="assistant", content="", tool_calls=tool_calls, id=str(uuid4()))
    )


def _tool_result(result: ToolResult) -> ChatAgentChunk:
    message = ChatAgentMessage(
        role="tool",
        name=result.call.name,
        tool_call_id=result.call.call_id,
        content=result.content,
        id=str(uuid4()),
    )
    return _chunk(message)


def _chunk(delta: ChatAgentMessage) -> ChatAgentChunk:
    return ChatAgentChunk(delta=delta)


config = mlflow.models.ModelConfig(development_config=asdict(SearchSettings()))
settings: dict[str, Any] = config.to_dict()  # type: ignore[no-untyped-call] # so in mlflow
mlflow.models.set_model(HandbookAgent(HandbookExpert(settings)))
