"""A LangChain chain that takes OpenAI-style messages and answers with one string.

MLflow keeps this file as the model: it is run again wherever the model is loaded.
"""

from collections.abc import Iterator
from dataclasses import asdict
from operator import itemgetter
from typing import Any

import mlflow
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import RunnableLambda

from examples.answering.citations import list_of_sources
from examples.answering.conversation import Turn, last_question, pieces, search_text
from examples.answering.extraction import compose
from examples.answering.retrieval import Handbook, SearchSettings
from examples.corpus import load_passages

config = mlflow.models.ModelConfig(development_config=asdict(SearchSettings()))
settings = SearchSettings(**config.to_dict())  # type: ignore[no-untyped-call] # so in mlflow
handbook = Handbook(load_passages(), settings)


def extract_user_query_string(messages: list[Turn]) -> str:
    """Return what the user wants to know now."""
    return last_question(messages)


def extract_chat_history(messages: list[Turn]) -> list[Turn]:
    """Return what was said before."""
    return messages[:-1]


def fake_model(inputs: dict[str, Any]) -> Iterator[str]:
    """Answer in sentences of the handbook, where a language model would write its own."""
    turns = [*inputs["chat_history"], {"role": "user", "content": inputs["user_query"]}]
    question = search_text(turns)
    documents = handbook.search(question)
    text = compose(question, documents, handbook.weights)
    yield from pieces(text + list_of_sources(text, documents))


chain = (
    {
        "user_query": itemgetter("messages") | RunnableLambda(extract_user_query_string),
        "chat_history": itemgetter("messages") | RunnableLambda(extract_chat_history),
    }
    | RunnableLambda(fake_model)
    | StrOutputParser()
)

mlflow.models.set_model(chain)
