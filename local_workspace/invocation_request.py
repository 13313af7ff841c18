"""What was asked of a model and what came back: plain data, with what the wire says in it."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from local_workspace.access.principal import Principal
from local_workspace.errors import WorkspaceError

JSON_CONTENT = "application/json"


@dataclass
class InvocationRequest:
    """What was asked, as the wire has it."""

    endpoint: str
    caller: Principal
    body: bytes
    content_type: str = JSON_CONTENT
    served_name: str | None = None
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    # The parsed body of a JSON request.
    document: Any = None

    @property
    def wants_stream(self) -> bool:
        """Tell whether the caller asked for server-sent events."""
        return isinstance(self.document, dict) and self.document.get("stream") is True

    @property
    def options(self) -> dict[str, Any]:
        """Return the caller's `databricks_options`."""
        options = self.document.get("databricks_options") if isinstance(self.document, dict) else {}
        return options if isinstance(options, dict) else {}

    @property
    def conversation_id(self) -> str | None:
        """Return the conversation this turn belongs to."""
        context = self.document.get("context") if isinstance(self.document, dict) else None
        found = self.options.get("conversation_id")
        if found is None and isinstance(context, dict):
            found = context.get("conversation_id")
        return str(found) if found is not None else None


@dataclass
class Answer:
    """A whole answer: JSON of the model, its trace, and who answered."""

    body: bytes
    trace: bytes
    request: InvocationRequest
    served_name: str

    @property
    def wanted_trace(self) -> bytes:
        """Return the trace if the caller asked for it."""
        return self.trace if self.request.options.get("return_trace") else b""


@dataclass
class AnswerStream:
    """An answer that comes in chunks; `end` is set after the last."""

    request: InvocationRequest
    served_name: str
    task: str | None
    chunks: AsyncIterator[bytes] = field(init=False)
    end: Answer | None = None
    error: WorkspaceError | None = None
