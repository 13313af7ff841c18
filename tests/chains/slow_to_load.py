"""A model that takes its time to load where it is served, as one with large files does."""

import os
import time
from pathlib import Path

import mlflow
from mlflow.pyfunc import ChatModel
from mlflow.types.llm import ChatChoice, ChatCompletionResponse, ChatMessage

if pid_file := os.environ.get("PID_FILE"):
    Path(pid_file).write_text(str(os.getpid()))
time.sleep(float(os.environ.get("LOAD_SECONDS", "0")))


class SlowToLoad(ChatModel):
    def predict(self, context, messages, params=None):
        message = ChatMessage(role="assistant", content="at last")
        return ChatCompletionResponse(choices=[ChatChoice(index=0, message=message)])


mlflow.models.set_model(SlowToLoad())
