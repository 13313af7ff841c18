"""The judge: gets a question, an answer and a request to evaluate it, and returns a better one."""

from collections.abc import Generator, Iterator, Sequence

from mlflow.models import set_model
from mlflow.pyfunc.model import ChatModel, PythonModelContext
from mlflow.types.llm import ChatCompletionChunk, ChatCompletionResponse, ChatMessage, ChatParams

from examples.answering.chat_completions import (
    completion,
    completion_chunks,
    options_of,
    turns_of,
)
from examples.answering.citations import list_of_sources
from examples.answering.conversation import Turn, pieces, search_text, text_of
from examples.answering.expert import HandbookExpert
from examples.judge.verdict import review

NAME = "handbook-judge"


class Judge(ChatModel):
    """Judges by comparison with the handbook, or through a language model if there is one."""

    def __init__(self) -> None:
        self._expert: HandbookExpert | None = None

    def load_context(self, context: PythonModelContext) -> None:
        """Read the handbook once for all calls."""
        self._expert = HandbookExpert(context.model_config or {})

    def predict(  # type: ignore[override] # ChatModel narrows PythonModel the same way
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> ChatCompletionResponse:
        """Return the checked and enhanced answer."""
        return completion("".join(self._judge(turns_of(messages), params)), NAME)

    def predict_stream(  # type: ignore[override] # see predict
        self, context: PythonModelContext, messages: list[ChatMessage], params: ChatParams
    ) -> Generator[ChatCompletionChunk, None, None]:
        """Yield the checked and enhanced answer piece by piece."""
        yield from completion_chunks(self._judge(turns_of(messages), params), NAME)

    def _judge(self, turns: Sequence[Turn], params: ChatParams) -> Iterator[str]:
        if self._expert is None:
            raise RuntimeError("The model has not been loaded: load_context was not called.")
        asked, answer = split(turns)
        documents = self._expert.look_up(asked)
        if self._expert.language_model and documents:
            yield from self._expert.stream(turns, documents, options_of(params))
            return
        weights = self._expert.handbook.weights
        text = review(search_text(asked), answer, documents, weights)
        yield from pieces(text + list_of_sources(text, documents))


def split(turns: Sequence[Turn]) -> tuple[Sequence[Turn], str]:
    """Return the conversation up to the question, and the answer that was given to it."""
    answered = [place for place, turn in enumerate(turns) if turn["role"] == "assistant"]
    if not answered:
        return turns, ""
    return turns[: answered[-1]], text_of(turns[answered[-1]])


set_model(Judge())
