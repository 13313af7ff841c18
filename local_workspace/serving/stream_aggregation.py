"""Puts the chunks of a stream together into the answer a caller would have got without streaming.

The aggregated answer is what goes on record and into the trace. Knows the shapes of section 3 of
the wire protocol; anything else is kept as the list of what was yielded.
"""

import uuid
from typing import Any

Json = dict[str, Any]


def as_chunks(item: Any) -> list[Json]:
    """Return the events to send for one yielded item, or for a whole answer of a model."""
    if isinstance(item, str):
        return [_chat_chunk({"role": "assistant", "content": item})]
    if isinstance(item, list) and all(isinstance(part, str) for part in item):
        return [_chat_chunk({"role": "assistant", "content": "".join(item)})]
    if not isinstance(item, dict):
        return [{"predictions": item}]
    if item.get("object") == "chat.completion":
        return [_completion_as_chunk(item)]
    if item.get("object") == "response" and "output" in item:
        return _response_as_events(item)
    if "delta" not in item and isinstance(item.get("messages"), list):
        rest = {key: value for key, value in item.items() if key != "messages"}
        return [{"delta": message, **rest} for message in item["messages"]]
    return [item]


def aggregate(chunks: list[Any]) -> Any:
    """Return the answer the chunks add up to."""
    events = [chunk for chunk in chunks if isinstance(chunk, dict)]
    if events and all("choices" in event for event in events):
        return _aggregate_chat(events)
    if events and all("delta" in event and "type" not in event for event in events):
        return _aggregate_agent(events)
    items = [event["item"] for event in events if event.get("type") == "response.output_item.done"]
    if items:
        return {"object": "response", "output": items, **_beside(events)}
    return chunks[0] if len(chunks) == 1 else chunks


def _aggregate_chat(events: list[Json]) -> Json:
    content: list[str] = []
    tool_calls: list[Json] = []
    finish_reason = None
    for choice in (choice for event in events for choice in event["choices"][:1]):
        delta = choice.get("delta") or {}
        content.append(delta.get("content") or "")
        for call in delta.get("tool_calls") or []:
            _add_tool_call(tool_calls, call)
        finish_reason = choice.get("finish_reason") or finish_reason
    message: Json = {"role": "assistant", "content": "".join(content)}
    if tool_calls:
        message["tool_calls"] = tool_calls
    kept: Json = {key: events[0][key] for key in ("id", "created", "model") if key in events[0]}
    choices = [{"index": 0, "message": message, "finish_reason": finish_reason or "stop"}]
    return {**kept, "object": "chat.completion", "choices": choices, **_beside(events)}


def _add_tool_call(calls: list[Json], piece: Json) -> None:
    """Add a call, or a further piece of the arguments of one that is known by its index."""
    index = piece.get("index")
    known = next((each for each in calls if index is not None and each.get("index") == index), None)
    if known is None:
        calls.append(piece | {"function": dict(piece.get("function") or {})})
        return
    function = known["function"]
    more = (piece.get("function") or {}).get("arguments") or ""
    function["arguments"] = (function.get("arguments") or "") + more


def _beside(events: list[Json]) -> Json:
    """Return what the last of the events say beside the text."""
    keys = ("usage", "custom_outputs")
    return {key: event[key] for event in events for key in keys if event.get(key) is not None}


def _aggregate_agent(events: list[Json]) -> Json:
    messages: dict[str, Json] = {}
    answer: Json = {}
    for event in events:
        delta = event["delta"]
        answer.update({key: value for key, value in event.items() if key != "delta"})
        known = messages.setdefault(str(delta.get("id") or len(messages)), {**delta, "content": ""})
        known.update({key: value for key, value in delta.items() if value and key != "content"})
        known["content"] = (known["content"] or "") + (delta.get("content") or "")
    return {**answer, "messages": list(messages.values())}


def _chat_chunk(delta: Json) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return {"id": _new_id(), "object": "chat.completion.chunk", "choices": [choice]}


def _completion_as_chunk(answer: Json) -> Json:
    choices = [
        {
            "index": choice.get("index", 0),
            "delta": choice.get("message", {}),
            "finish_reason": choice.get("finish_reason"),
        }
        for choice in answer["choices"]
    ]
    return {**answer, "object": "chat.completion.chunk", "choices": choices}


def _response_as_events(answer: Json) -> list[Json]:
    events: list[Json] = [
        {"type": "response.output_item.done", "item": item} for item in answer["output"]
    ]
    if events:
        events[-1] |= _beside([answer])
    return events


def _new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"
