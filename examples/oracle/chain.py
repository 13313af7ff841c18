"""The oracle: answers the last question from the handbook, as an OpenAI-style chat model."""

from collections.abc import Generator

from mlflow.models import set_model
from mlflow.pyfunc.model import ChatModel, PythonModelContext
from mlflow.types.llm import ChatCompletionChunk, ChatCompletionResponse, ChatMessage, ChatParams

from examples.answering.chat_completions import (
    completion,
    completion_chunks,
    options_of,
    turns_of,
)
from examples.answering.expert import HandbookExpert

NAME = "handbook-oracle"


class Oracle(ChatModel):
    """Answers by extract, or through a language model if the environment names one."""

    def __init__(self) -> None:
        self._expert: HandbookExpert | None = None

    def load_context(self, context: PythonModelContext) -> None:
        """Read the handbook once for all calls."""
        self._expert = HandbookExpert(context.model_config or {})

    def predict(  # type: ignore[override] # ChatModel narrows PythonModel the same way
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Return the whole answer."""
        expert, turns = self._loaded(), turns_of(messages)
        return completion(expert.answer(turns, expert.look_up(turns), options_of(params)), NAME)

    def predict_stream(  # type: ignore[override] # see predict
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> Generator[ChatCompletionChunk, None, None]:
        """Yield the answer piece by piece."""
        expert, turns = self._loaded(), turns_of(messages)
        texts = expert.stream(turns, expert.look_up(turns), options_of(params))
        yield from completion_chunks(texts, NAME)

    def _loaded(self) -> HandbookExpert:
        if self._expert is None:
            raise RuntimeError("The model has not been loaded: load_context was not called.")
        return self._expert


set_model(Oracle())
