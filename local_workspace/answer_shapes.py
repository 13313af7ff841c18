"""Puts the platform's part into what a model answered, and translates for OpenAI's routes.

Pure functions on JSON; knows nothing of HTTP or of how a model is asked.
"""

import time
import uuid
from typing import Any

import orjson

from local_workspace.errors import BadRequest, WorkspaceError

Json = dict[str, Any]

RESPONSES_TASK = "agent/v1/responses"
CHAT_AGENT_TASK = "agent/v2/chat"
_CHAT_TASKS = {"agent/v1/chat", "llm/v1/chat"}


def with_platform_part(answer: bytes, request_id: str, trace: bytes) -> bytes:
    """Add `databricks_output` to an answer without reading it again."""
    part = b'"databricks_output":' + _platform_part(request_id, trace)
    body = answer.strip()
    if not body.startswith(b"{"):
        # A bare list or text has no place for the request's id; this is the older form of it.
        return b'{"predictions":' + body + b"," + part + b"}"
    members = body[:-1].rstrip()
    separator = b"" if members == b"{" else b","
    return members + separator + part + b"}"


def closing_chunk(task: str | None, request_id: str, trace: bytes) -> bytes:
    """Return the last chunk of a stream: empty in the shape of the others, with the id."""
    shape = b'{"object":"chat.completion.chunk","choices":[],'
    if task == RESPONSES_TASK:
        shape = b'{"type":"response.databricks_output",'
    elif task == CHAT_AGENT_TASK:
        shape = b'{"delta":{"role":"assistant","content":"","id":"%s"},' % request_id.encode()
    return shape + b'"databricks_output":' + _platform_part(request_id, trace) + b"}"


def error_chunk(error: WorkspaceError, request_id: str) -> bytes:
    """Return the event that ends a stream whose model failed."""
    part = {"databricks_output": {"databricks_request_id": request_id}}
    # OpenAI's client raises on `error`, Databricks' documents `error_code`.
    openai = {"error": {"message": error.message, "code": error.error_code}}
    return orjson.dumps({**error.as_dict(), **openai, **part})


def as_chat_request(body: Json, task: str | None) -> Json:
    """Return what the model expects for an OpenAI chat completion request."""
    request = {key: value for key, value in body.items() if key != "model"}
    if task != RESPONSES_TASK:
        return request
    kept: Json = {key: request[key] for key in ("stream", "databricks_options") if key in request}
    return {"input": request.get("messages"), **kept}


def why_no_responses(task: str | None) -> BadRequest | None:
    """Return why the endpoint's models do not speak the Responses API, if they do not."""
    if task == RESPONSES_TASK:
        return None
    return BadRequest(
        "This endpoint does not speak the Responses API; use /chat/completions or /invocations."
    )


def as_responses_request(body: Json, _task: str | None) -> Json:
    """Return what the model expects for an OpenAI responses request."""
    request = {key: value for key, value in body.items() if key != "model"}
    if isinstance(request.get("input"), str):
        request["input"] = [{"role": "user", "content": request["input"]}]
    return request


def as_completion(answer: bytes, endpoint: str, task: str | None) -> bytes:
    """Return any chat-like answer as an OpenAI chat completion."""
    if task in _CHAT_TASKS:
        return answer
    document = orjson.loads(answer)
    if isinstance(document, dict) and "choices" in document:
        return answer
    choice = {"index": 0, "message": _message(document), "finish_reason": "stop"}
    return orjson.dumps(_completion(endpoint, "chat.completion", choice))


class CompletionChunks:
    """Translates the events of one stream into OpenAI's chunks."""

    def __init__(self, endpoint: str, task: str | None) -> None:
        self._endpoint = endpoint
        self._task = task
        self._streamed_items: set[str | None] = set()

    def translate(self, chunk: bytes) -> bytes | None:
        """Return the event as a chunk, or nothing if it has no text to show."""
        if self._task in _CHAT_TASKS:
            return chunk
        event = orjson.loads(chunk)
        if "choices" in event:
            return chunk
        delta = self._delta(event)
        if delta is None:
            return None
        shown = {key: delta[key] for key in ("role", "content", "tool_calls") if key in delta}
        choice = {"index": 0, "delta": shown, "finish_reason": None}
        return orjson.dumps(_completion(self._endpoint, "chat.completion.chunk", choice))

    def _delta(self, event: Json) -> Json | None:
        if event.get("type") == "response.output_text.delta":
            self._streamed_items.add(event.get("item_id"))
            return {"role": "assistant", "content": event["delta"]}
        if event.get("type") == "response.output_item.done":
            return self._finished_item(event.get("item") or {})
        delta = event.get("delta")
        return delta if isinstance(delta, dict) else None

    def _finished_item(self, item: Json) -> Json | None:
        """An item whose text came in pieces is not shown again; one that came whole is."""
        if item.get("type") != "message" or item.get("id") in self._streamed_items:
            return None
        return {"role": "assistant", "content": _text({"output": [item]})}


def as_response(answer: bytes, endpoint: str) -> bytes:
    """Return a ResponsesAgent's answer with the fields OpenAI's client reads."""
    document = orjson.loads(answer)
    defaults: Json = {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "model": endpoint,
        "status": "completed",
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    given = {key: value for key, value in document.items() if value is not None}
    return orjson.dumps(defaults | given)


def completed_event(answer: bytes, endpoint: str) -> bytes:
    """Return the event with which OpenAI's responses stream ends."""
    return b'{"type":"response.completed","response":' + as_response(answer, endpoint) + b"}"


def _platform_part(request_id: str, trace: bytes) -> bytes:
    part = b'{"databricks_request_id":"%s"' % request_id.encode()
    return part + (b',"trace":' + trace if trace else b"") + b"}"


def _completion(endpoint: str, kind: str, choice: Json) -> Json:
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": endpoint,
        "choices": [choice],
    }


def _message(document: Any) -> Json:
    if isinstance(document, dict) and document.get("messages"):
        last: Json = document["messages"][-1]
        return {key: last[key] for key in ("role", "content", "tool_calls") if last.get(key)}
    return {"role": "assistant", "content": _text(document)}


def _text(document: Any) -> str:
    if isinstance(document, str):
        return document
    if isinstance(document, list) and document and all(isinstance(each, str) for each in document):
        return "".join(document)
    if isinstance(document, dict) and isinstance(document.get("output"), list):
        parts = [part for item in document["output"] for part in item.get("content") or []]
        return "".join(part.get("text", "") for part in parts if isinstance(part, dict))
    if isinstance(document, dict) and isinstance(document.get("content"), str):
        return str(document["content"])
    raise BadRequest("This endpoint's answer is not a chat answer; use /invocations.")
