"""What is kept of a request and of a verdict: plain data between the gateway and the spool."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RequestRecord:
    """One invocation, however it ended. Feedback calls are invocations too."""

    table_set: str
    request_id: str
    # Microseconds since 1970, when the request came.
    request_time: int
    status_code: int
    duration_ms: int
    requester: str
    endpoint: str
    # The bodies as text; none if over the limit, which `error_codes` then says.
    request: str | None = None
    response: str | None = None
    error_codes: tuple[str, ...] = ()
    client_request_id: str | None = None
    conversation_id: str | None = None
    served_entity_id: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    # The MLflow experiment its trace belongs to, where the endpoint names one.
    experiment_id: str | None = None
    # The MLflow trace as JSON, and its id.
    trace: str | None = None
    trace_id: str | None = None
    is_feedback: bool = False


@dataclass(frozen=True)
class Assessment:
    """One verdict on an answer (`text`) or on one of its sources (`retrieval`): one row."""

    request_id: str
    source_type: str
    source_id: str
    # Microseconds since 1970, when the verdict came.
    timestamp: int
    source_tags: dict[str, str] = field(default_factory=dict)
    step_id: str | None = None
    # Exactly one of the two; the columns of the structs in `table_layout`.
    text: dict[str, Any] | None = None
    retrieval: dict[str, Any] | None = None


@dataclass(frozen=True)
class KnownRequest:
    """What the spool remembers of every recorded request, for verdicts on it."""

    request_id: str
    table_set: str
    request_time: int
    requester: str
    trace_id: str | None
