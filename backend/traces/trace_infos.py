"""What MLflow says of a trace beside its spans, asked with the visitor's own token.

That is also how it is decided who may see it: the workspace refuses whom it does not let.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotFound
from backend.traces.record import Source, TraceHead

_TRACES = "/api/3.0/mlflow/traces"
_SESSION, _USER = "mlflow.trace.session", "mlflow.trace.user"
# Which of them says so depends on who serves the model.
_ENDPOINT = ("reviewapp.endpoint", "mlflow.databricks.modelServingEndpointName")
_SERVED = "reviewapp.served_model"
_VERSION = "reviewapp.model_version"


def address(trace_id: str) -> str:
    """Return where MLflow has a trace."""
    return f"{_TRACES}/{quote(trace_id, safe='')}"


def read(workspace: WorkspaceClient, trace_id: str) -> Mapping[str, Any]:
    """Return what MLflow knows of a trace; raise NotFound if it has none of this id."""
    with translated():
        answer = workspace.api_client.do("GET", address(trace_id))
    trace = answer.get("trace") if isinstance(answer, dict) else None
    info = (trace or {}).get("trace_info")
    if not isinstance(info, dict):
        raise NotFound
    return info


def head_of(info: Mapping[str, Any], trace_id: str, source: Source) -> TraceHead:
    """Return the head of a trace from MLflow's information about it."""
    noted = _texts(info.get("trace_metadata")) | _texts(info.get("tags"))
    place = info.get("trace_location")
    experiment = (place.get("mlflow_experiment") if isinstance(place, dict) else None) or {}
    return TraceHead(
        trace_id=str(info.get("trace_id") or trace_id),
        source=source,
        experiment_id=str(experiment.get("experiment_id") or ""),
        request_id=str(info.get("client_request_id") or ""),
        conversation_id=noted.get(_SESSION, ""),
        user=noted.get(_USER, ""),
        endpoint=next((noted[name] for name in _ENDPOINT if noted.get(name)), ""),
        served=noted.get(_VERSION) or noted.get(_SERVED, ""),
        at=moment(info.get("request_time")),
        state=str(info.get("state") or ""),
        tags=_texts(info.get("tags")),
    )


def moment(written: object) -> datetime | None:
    """Return a moment as MLflow's REST writes it."""
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(str(written))
    return None


def _texts(value: object) -> dict[str, str]:
    named = value if isinstance(value, dict) else {}
    return {str(name): str(each) for name, each in named.items()}
