"""The chain of the tutorial: messages in, one string out, a word of it from the configuration."""

from operator import itemgetter

import mlflow
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import RunnableLambda

config = mlflow.models.ModelConfig(development_config={"greeting": "Hello"})


def extract_user_query_string(messages):
    """Return the last question."""
    return messages[-1]["content"]


def extract_chat_history(messages):
    """Return what was said before."""
    return messages[:-1]


def fake_model(inputs):
    """Answer without a language model."""
    return f"{config.get('greeting')}, you asked: {inputs['user_query']}"


chain = (
    {
        "user_query": itemgetter("messages") | RunnableLambda(extract_user_query_string),
        "chat_history": itemgetter("messages") | RunnableLambda(extract_chat_history),
    }
    | RunnableLambda(fake_model)
    | StrOutputParser()
)

mlflow.models.set_model(chain)
