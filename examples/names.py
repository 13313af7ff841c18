"""What each example is called everywhere: folder, registered model, endpoint, experiment."""

# The oracle and the judge come first: logging the chat model asks both of them.
ORDER = (
    "oracle",
    "judge",
    "hello_world",
    "rag_pyfunc",
    "chat_agent",
    "chat_model",
    "responses_agent",
)
# Endpoints that have to answer before an example can be logged.
NEEDS = {"chat_model": ("oracle", "judge")}
SOURCE_TAG = "reviewapp.example_source"


def model_name(example: str) -> str:
    """Return the three-part name under which the example is registered."""
    return f"demo.handbook.{example}"


def endpoint_name(example: str) -> str:
    """Return the name `deploy` gives the example's endpoint."""
    return "agents_" + model_name(example).replace(".", "-")


def experiment_name(example: str) -> str:
    """Return the MLflow experiment that holds the example's runs and traces."""
    return f"/Shared/examples/{example}"
