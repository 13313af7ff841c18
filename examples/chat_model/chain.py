"""BasicAgent: an oracle endpoint answers, a judge endpoint checks and enhances the answer.

What the two are told is configuration, logged with the model. A conversation lives in the call
that brought it, never in the agent: one agent serves many conversations at the same time.
"""

from collections.abc import Generator, Iterator
from dataclasses import asdict
from typing import Any

import mlflow
from mlflow.entities import SpanType
from mlflow.pyfunc.model import ChatModel, PythonModelContext
from mlflow.types.llm import ChatCompletionChunk, ChatCompletionResponse, ChatMessage, ChatParams

from examples.answering.chat_completions import (
    completion,
    completion_chunks,
    streamed_text,
    turns_of,
)
from examples.chat_model.endpoint_calls import EndpointCalls

Message = dict[str, Any]


class BasicAgent(ChatModel):
    """Asks the oracle, then the judge, and returns what the judge makes of it."""

    def __init__(self) -> None:
        self._endpoints: EndpointCalls | None = None
        self._models: dict[str, dict[str, Any]] = {}
        self._configuration: dict[str, str] = {}

    def load_context(self, context: PythonModelContext) -> None:
        """Connect to the endpoints and take over the configuration."""
        config = context.model_config or {}
        self._endpoints = EndpointCalls()
        self._models = config.get("models", {})
        self._configuration = config.get("configuration", {})

    def predict(  # type: ignore[override] # ChatModel narrows PythonModel the same way
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Return the judge's version of the oracle's answer."""
        # The fluent API gives control over what the span shows.
        with mlflow.start_span("Audit Agent", span_type=SpanType.AGENT) as root_span:
            conversation = turns_of(messages)
            root_span.set_inputs({"messages": conversation})
            root_span.set_attributes(self._audit(params))
            conversation.append(self._call_agent(conversation, "oracle"))
            verdict = self._call_agent(conversation, "judge")
            output = completion(verdict["content"], self._endpoint("judge"))
            root_span.set_outputs(asdict(output))
        return output

    @mlflow.trace(name="Audit Agent", span_type=SpanType.AGENT, output_reducer=streamed_text)
    def predict_stream(  # type: ignore[override] # see predict
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> Generator[ChatCompletionChunk, None, None]:
        """Let the oracle finish and yield the judge's version as it arrives."""
        conversation = turns_of(messages)
        conversation.append(self._call_agent(conversation, "oracle"))
        yield from completion_chunks(
            self._stream_agent(conversation, "judge"), self._endpoint("judge")
        )

    @mlflow.trace(name="Agent Call")
    def _call_agent(self, conversation: list[Message], role: str) -> Message:
        return self._get_agent_response(
            self._prepare_message_list(conversation, role),
            self._endpoint(role),
            self._get_model_params(role),
        )

    @mlflow.trace(name="Raw Agent Response")
    def _get_agent_response(
        self, message_list: list[Message], endpoint: str, params: dict[str, Any]
    ) -> Message:
        return self._connected().answer(endpoint, {"messages": message_list, **params})

    @mlflow.trace(name="Agent Call", output_reducer="".join)
    def _stream_agent(self, conversation: list[Message], role: str) -> Iterator[str]:
        message_list = self._prepare_message_list(conversation, role)
        inputs = {"messages": message_list, **self._get_model_params(role)}
        yield from self._connected().stream(self._endpoint(role), inputs)

    @mlflow.trace(name="Assemble Conversation")
    def _prepare_message_list(self, conversation: list[Message], role: str) -> list[Message]:
        message_list = [self._get_system_message(role), *conversation]
        if conversation[-1]["role"] == "assistant":
            request = self._configuration["user_response_instruction"]
            message_list.append({"role": "user", "content": request})
        return message_list

    def _get_system_message(self, role: str) -> Message:
        if role not in self._models:
            raise ValueError(f"Unknown role: {role}")
        return {"role": "system", "content": self._models[role]["instruction"]}

    def _get_model_params(self, role: str) -> dict[str, Any]:
        config = self._models[role]
        return {
            "temperature": config.get("temperature", 0.5),
            "max_tokens": config.get("max_tokens", 500),
        }

    def _endpoint(self, role: str) -> str:
        return str(self._models[role]["endpoint"])

    def _connected(self) -> EndpointCalls:
        if self._endpoints is None:
            raise RuntimeError("The model has not been loaded: load_context was not called.")
        return self._endpoints

    def _audit(self, params: ChatParams) -> dict[str, Any]:
        return {**asdict(params), **self._configuration, **self._models}


mlflow.models.set_model(BasicAgent())
