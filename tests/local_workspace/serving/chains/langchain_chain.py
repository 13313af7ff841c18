"""A LangChain chain of two named steps."""

import mlflow
from langchain_core.runnables import RunnableLambda


def find(messages):
    """Find nothing for a question; MLflow has made LangChain's messages of the request."""
    if messages[-1].content == "break":
        raise LookupError("the index is gone")
    return messages[-1].content


def answer(found):
    """Say what was found."""
    return f"Found: {found}"


mlflow.models.set_model(
    RunnableLambda(find).with_config(run_name="find")
    | RunnableLambda(answer).with_config(run_name="answer")
)
