"""The trivial model with the spans a small retrieval chain has: a root and three steps."""

import mlflow
from mlflow.entities import SpanType
from mlflow.pyfunc.model import ChatModel, PythonModelContext
from mlflow.types.llm import ChatChoice, ChatCompletionResponse, ChatMessage, ChatParams

_STEPS = (
    ("rewrite", SpanType.CHAIN),
    ("retrieve", SpanType.RETRIEVER),
    ("generate", SpanType.CHAT_MODEL),
)
_TEXT = "Gamma-ray bursts are very bright. "


class Traced(ChatModel):
    """Says the same whatever it is asked, and notes every step."""

    def predict(  # type: ignore[override] # ChatModel narrows PythonModel the same way
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Answer under a root span with three child spans."""
        with mlflow.start_span("answer", span_type=SpanType.AGENT) as root:
            root.set_inputs({"question": messages[-1].content})
            for name, kind in _STEPS:
                with mlflow.start_span(name, span_type=kind) as span:
                    span.set_inputs({"question": messages[-1].content})
                    span.set_outputs({"text": _TEXT * 20})
            root.set_outputs({"answer": _TEXT})
        message = ChatMessage(role="assistant", content=_TEXT)
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])


mlflow.models.set_model(Traced())
