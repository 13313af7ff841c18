"""Answers at once: what is left is the cost of serving. `SLEEP_SECONDS` makes it a slow model."""

import os
import time

import mlflow
from mlflow.pyfunc.model import ChatModel, PythonModelContext
from mlflow.types.llm import ChatChoice, ChatCompletionResponse, ChatMessage, ChatParams

_SLEEP_SECONDS = float(os.environ.get("SLEEP_SECONDS", "0"))


class Trivial(ChatModel):
    """Says the same whatever it is asked."""

    def predict(  # type: ignore[override] # ChatModel narrows PythonModel the same way
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Wait as long as the environment says, then answer."""
        if _SLEEP_SECONDS:
            time.sleep(_SLEEP_SECONDS)
        message = ChatMessage(role="assistant", content="Gamma-ray bursts are very bright.")
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])


mlflow.models.set_model(Trivial())
