"""Conversations as a workspace records them, for the tests that find them again."""

import mlflow
from mlflow.entities import SpanType
from mlflow.entities.trace_location import MlflowExperimentLocation

from tests.backend.judged import ENDPOINT

LIST = "GET /api/2.0/serving-endpoints"
LOG_COLUMNS = ["conversation_id", "requester", "timestamp_ms", "request"]
TURN_COLUMNS = [
    *LOG_COLUMNS,
    "databricks_request_id",
    "status_code",
    "request_raw",
    "response_raw",
    "trace",
]
PASSAGE = {"page_content": "Five days.", "metadata": {"doc_uri": "handbook.md"}}


def body_of(question, history=()):
    """Return a chat's request with what was said before."""
    said = [
        message
        for asked, answered in history
        for message in (
            {"role": "user", "content": asked},
            {"role": "assistant", "content": answered},
        )
    ]
    return {"messages": [*said, {"role": "user", "content": question}]}


def completion(text):
    """Return a chat's answer."""
    return {"choices": [{"message": {"role": "assistant", "content": text}}]}


def record(experiment, request_id, user, session, request, response, **metadata):
    """Put the trace of a turn into the store that MLflow is connected to."""
    known = {"mlflow.trace.session": session, "mlflow.trace.user": user}
    known |= {"reviewapp.endpoint": ENDPOINT, "reviewapp.served_version": "chain_1"}
    known |= {name.replace("__", "."): value for name, value in metadata.items()}
    destination = MlflowExperimentLocation(experiment)
    with mlflow.start_span("chain", trace_destination=destination) as root:
        mlflow.update_current_trace(client_request_id=request_id, metadata=known)
        root.set_inputs(request)
        with mlflow.start_span("look up", span_type=SpanType.RETRIEVER) as retriever:
            retriever.set_outputs([PASSAGE])
        root.set_outputs(response)
    return root.trace_id
