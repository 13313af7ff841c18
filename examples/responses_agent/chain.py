"""A ResponsesAgent that answers from the handbook and marks each citation as an annotation.

ResponsesAgent opens the agent's span itself; only the retriever and the language model add theirs.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from mlflow.entities import Document
from mlflow.models import ModelConfig, set_model
from mlflow.pyfunc.model import ResponsesAgent
from mlflow.types.responses import (
    ResponsesAgentRequest,
    ResponsesAgentResponse,
    ResponsesAgentStreamEvent,
)

from examples.answering.citations import citations
from examples.answering.expert import HandbookExpert
from examples.answering.retrieval import SearchSettings


class HandbookResponsesAgent(ResponsesAgent):
    """Streams the text of an answer and then the finished item with its citations."""

    def __init__(self, expert: HandbookExpert) -> None:
        self._expert = expert

    def predict(  # type: ignore[override] # ResponsesAgent narrows PythonModel the same way
        self, request: ResponsesAgentRequest
    ) -> ResponsesAgentResponse:
        """Return the finished items of the same stream that predict_stream yields."""
        done = [
            event.model_dump()["item"]
            for event in self._events(request)
            if event.type == "response.output_item.done"
        ]
        return ResponsesAgentResponse(output=done, custom_outputs=request.custom_inputs)

    def predict_stream(  # type: ignore[override] # see predict
        self, request: ResponsesAgentRequest
    ) -> Generator[ResponsesAgentStreamEvent, None, None]:
        """Yield text deltas, then the item they make up."""
        yield from self._events(request)

    def _events(self, request: ResponsesAgentRequest) -> Iterator[ResponsesAgentStreamEvent]:
        turns = self.prep_msgs_for_cc_llm(request.input)
        documents = self._expert.look_up(turns)
        item_id = f"msg_{uuid4().hex}"
        text = ""
        for piece in self._expert.stream(turns, documents):
            text += piece
            yield ResponsesAgentStreamEvent(**self.create_text_delta(piece, item_id))
        item = self.create_text_output_item(text, item_id, annotations(text, documents))
        yield ResponsesAgentStreamEvent.model_validate(
            {"type": "response.output_item.done", "item": item}
        )


def annotations(text: str, documents: Sequence[Document]) -> list[dict[str, Any]]:
    """Return each citation mark in the text as an annotation that clients can link."""
    return [
        {
            "type": "url_citation",
            "start_index": citation.start,
            "end_index": citation.end,
            "title": citation.document.metadata["title"],
            "url": citation.document.metadata["doc_uri"],
        }
        for citation in citations(text, documents)
    ]


config = ModelConfig(development_config=asdict(SearchSettings()))
settings: dict[str, Any] = config.to_dict()  # type: ignore[no-untyped-call] # so in mlflow
set_model(HandbookResponsesAgent(HandbookExpert(settings)))
