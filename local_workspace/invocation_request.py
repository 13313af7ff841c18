"""What was asked of a model and what came back: plain data, with what the wire says in it."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from local_workspace.access.principal import Principal
from local_workspace.errors import MalformedRequest, TooLarge, WorkspaceError
from local_workspace.serving.endpoint import FEEDBACK

JSON_CONTENT = "application/json"
_MAX_USAGE_ENTRIES = 20


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
    # What is wrong with it as it came; it is refused once it is known whose record that goes to.
    refusal: WorkspaceError | None = None

    def read(self) -> None:
        """Read a JSON body, once."""
        is_json = self.content_type.partition(";")[0].strip().lower() == JSON_CONTENT
        if not is_json or self.refusal or self.document is not None:
            return
        try:
            self.document = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            self.refusal = MalformedRequest(_complaint(self.body, error))

    @property
    def is_feedback(self) -> bool:
        """Tell whether this is a verdict and no question."""
        return self.served_name == FEEDBACK

    @property
    def is_oversized(self) -> bool:
        """Tell whether the body was too large to be read at all."""
        return isinstance(self.refusal, TooLarge)

    @property
    def client_request_id(self) -> str | None:
        """Return the caller's own name for the request."""
        given = self.document.get("client_request_id") if isinstance(self.document, dict) else None
        return str(given) if given is not None else None

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
    def usage_context(self) -> dict[str, str]:
        """Return what the caller wants to find the request by later; it goes onto the trace."""
        given = self.document.get("usage_context") if isinstance(self.document, dict) else None
        if not isinstance(given, dict):
            return {}
        texts = {key: value for key, value in given.items() if isinstance(value, str)}
        return dict(list(texts.items())[:_MAX_USAGE_ENTRIES])

    @property
    def conversation_id(self) -> str | None:
        """Return the conversation this turn belongs to."""
        context = self.document.get("context") if isinstance(self.document, dict) else None
        found = self.options.get("conversation_id")
        if found is None and isinstance(context, dict):
            found = context.get("conversation_id")
        return str(found) if found is not None else None


def _complaint(body: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return "The body is not UTF-8 text."
    return f"The body is not valid JSON: {error}."


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
