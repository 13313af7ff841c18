"""What is handed to MLflow: plain data, which crosses to the process that writes it as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class RecordedTrace:
    """A trace as it is on record, and what the record knows besides."""

    trace_id: str
    # As MLflow writes a trace.
    trace: str
    request_id: str
    endpoint: str = ""
    model_name: str | None = None
    model_version: str | None = None
    conversation_id: str | None = None
    requester: str | None = None
    # The experiment the endpoint names for its traces.
    experiment_id: str | None = None


@dataclass(frozen=True)
class RecordedVerdict:
    """One row of an assessment log: a judgement of an answer, or of one of its sources."""

    trace_id: str
    request_id: str
    source_type: str
    source_id: str
    # Microseconds since 1970.
    timestamp: int
    step_id: str | None = None
    # Exactly one of the two, with the columns of the log's structs.
    text: dict[str, Any] | None = None
    retrieval: dict[str, Any] | None = None


def as_json(recorded: Sequence[RecordedTrace] | Sequence[RecordedVerdict]) -> bytes:
    """Write them for another process."""
    return json.dumps([asdict(each) for each in recorded]).encode()


def traces_from(body: bytes) -> list[RecordedTrace]:
    """Read traces another process wrote."""
    return [RecordedTrace(**each) for each in json.loads(body)]


def verdicts_from(body: bytes) -> list[RecordedVerdict]:
    """Read verdicts another process wrote."""
    return [RecordedVerdict(**each) for each in json.loads(body)]
