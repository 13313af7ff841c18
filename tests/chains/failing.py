"""A model that loads where it was logged and not where it is served, as one with a lost index."""

import os

import mlflow
from mlflow.pyfunc import ChatModel
from mlflow.types.llm import ChatChoice, ChatCompletionResponse, ChatMessage

if os.environ.get("SERVED"):
    raise RuntimeError("the index is missing")


class Failing(ChatModel):
    def predict(self, context, messages, params=None):
        message = ChatMessage(role="assistant", content="fine")
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])


mlflow.models.set_model(Failing())
