"""A model that runs in an environment of its own: it answers with what it imports there."""

import sys

import mlflow
import six
from mlflow.pyfunc import ChatModel
from mlflow.types.llm import ChatChoice, ChatCompletionResponse, ChatMessage


class NeedsSix(ChatModel):
    def predict(self, context, messages, params=None):
        answer = f"{six.__version__} {sys.prefix}"
        message = ChatMessage(role="assistant", content=answer)
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])


mlflow.models.set_model(NeedsSix())
