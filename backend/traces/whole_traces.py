"""Whole traces, as MLflow's client hands them out: for workspaces that give no single spans.

It is done with the app's own rights, so whoever calls must have made sure of the visitor's.
Importing this imports MLflow, which takes seconds.
"""

from typing import Any

from mlflow import MlflowClient

from backend.error_translation import translated
from backend.errors import NotFound, Refused


def spans(trace_id: str) -> list[dict[str, Any]]:
    """Return all spans with everything in them; raise NotFound if MLflow has no spans of it."""
    try:
        with translated():
            trace = MlflowClient().get_trace(trace_id, display=False)
    except Refused as error:
        # MLflow knows of it: what it does not accept is that the spans are not there, or broken.
        raise NotFound("MLflow has no spans of this trace, or cannot read them.") from error
    return [span.to_dict() for span in trace.data.spans]
