"""A workspace that gives traces piece by piece, and an analyst who reads them."""

import pytest

from backend.connection import open_workspace
from backend.identity import Role, Viewer
from backend.traces.trace_reading import TraceReading
from tests.backend.traces.traced import INFO, TRACE_ID, span_id

ADDRESS = f"GET /api/3.0/mlflow/traces/{TRACE_ID}"
PIECES = f"GET /__local__/mlflow/traces/{TRACE_ID}/spans"


@pytest.fixture
def viewer():
    return Viewer("ana@example.com", "Ana", frozenset({Role.ANALYST}))


@pytest.fixture
def reading(workspace):
    return TraceReading(open_workspace(workspace.address, "token"))


@pytest.fixture
def traced(workspace):
    """MLflow has a trace of two spans; returns what it says of it, to be changed."""
    info = dict(INFO)
    workspace.answers[ADDRESS] = (200, {"trace": {"trace_info": info}})
    workspace.answers[PIECES] = (
        200,
        {
            "spans": {
                "id": [span_id(1), span_id(2)],
                "parent": ["", span_id(1)],
                "name": ["step 1", "step 2"],
                "kind": ["LLM", ""],
                "state": ["OK", "ERROR"],
                "start": [1000, 2000],
                "end": [5000, None],
                "bytes": [100, 200],
                "cost": [0.5, None],
                "tokens": ['{"total_tokens": 12}', None],
            },
            "total": 2,
        },
    )
    return info
