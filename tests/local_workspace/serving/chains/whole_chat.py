"""A ChatModel that can only answer whole."""

import mlflow
from mlflow.pyfunc import ChatModel
from mlflow.types.llm import ChatChoice, ChatCompletionResponse, ChatMessage


class Whole(ChatModel):
    """Repeats the question."""

    def predict(self, context, messages, params):
        """Answer with what was asked."""
        message = ChatMessage(role="assistant", content=f"You asked: {messages[-1].content}")
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])


mlflow.models.set_model(Whole())
