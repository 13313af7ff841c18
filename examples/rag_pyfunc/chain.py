"""A PythonModel that answers the questions of a table, row by row.

Its handbook and its configuration are artifacts of the model, read when it is loaded.
"""

import json
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities import SpanType
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from examples.answering.citations import list_of_sources
from examples.answering.extraction import compose
from examples.answering.retrieval import Handbook, SearchSettings
from examples.corpus import load_passages


class HandbookRagModel(PythonModel):
    """Retrieves passages for a question and answers from them."""

    def __init__(self) -> None:
        self._handbook: Handbook | None = None

    def load_context(self, context: PythonModelContext) -> None:
        """Build the retriever from the model's artifacts."""
        config = json.loads(Path(context.artifacts["config"]).read_text(encoding="utf-8"))
        passages = load_passages(Path(context.artifacts["handbook"]))
        self._handbook = Handbook(passages, SearchSettings(**config))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """Return answer, sources and number of documents for each row's question."""
        return [self._answer(str(question)) for question in model_input["question"]]

    @mlflow.trace(name="Answer a question", span_type=SpanType.CHAIN)
    def _answer(self, question: str) -> dict[str, Any]:
        if self._handbook is None:
            raise RuntimeError("The model has not been loaded: load_context was not called.")
        documents = self._handbook.search(question)
        text = compose(question, documents, self._handbook.weights)
        return {
            "answer": text + list_of_sources(text, documents),
            "sources": [document.metadata["doc_uri"] for document in documents],
            "num_docs": len(documents),
        }


mlflow.models.set_model(HandbookRagModel())
