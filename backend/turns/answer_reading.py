"""Reads what a chain answers, whole or in events, whichever interface it has.

The shapes are told apart by what is in them, not by the endpoint's task: chains answer in shapes
other than their task's, and a stream may mix them. Whatever is not understood is skipped.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backend.turns import answer_sources
from backend.turns.answers import ANSWER_FIELDS, Source, TextPart, ToolStep
from backend.turns.tool_steps import ToolSteps

Json = Mapping[str, Any]
Part = TextPart | ToolStep

DELTAS = {"response.output_text.delta", "response.refusal.delta"}
FAILURES = {"error", "response.error", "response.failed"}


class AnswerReading:
    """Collects one answer; `read` returns what a document or event adds to it."""

    def __init__(self) -> None:
        self.request_id: str | None = None
        self.trace_id: str | None = None
        self.steps = ToolSteps()
        self._texts: list[str] = []
        self._in_trace: list[Source] = []
        self._told: list[Source] = []
        # The message the last text belongs to, and what of it has come in pieces.
        self._message: object = None
        self._streamed_ids: set[str] = set()
        self._unfinished: list[str] = []

    @property
    def text(self) -> str:
        """Return the whole text so far."""
        return "".join(self._texts)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return each source once, those of the trace first."""
        return answer_sources.merged(self._in_trace, self._told)

    def read(self, document: object) -> list[Part]:
        """Take in an event of a stream, or a whole answer."""
        if not isinstance(document, dict):
            return list(self._predictions(document))
        self._platform_part(document.get("databricks_output"))
        self._told += answer_sources.in_outputs(document.get("custom_outputs"))
        kind = document.get("type")
        if isinstance(kind, str) and kind.startswith("response."):
            return list(self._responses_event(kind, document))
        return list(self._document(document))

    def _document(self, document: Json) -> Iterator[Part]:
        if "predictions" in document:
            yield from self._predictions(document["predictions"])
        elif _objects(document.get("choices")):
            yield from self._choice(_objects(document.get("choices"))[0])
        elif isinstance(document.get("delta"), dict):
            yield from self._agent_message(document["delta"])
        elif "messages" in document:
            for message in _objects(document["messages"]):
                yield from self._agent_message(message)
        elif "output" in document and not isinstance(document["output"], str):
            yield from self._items(document["output"])
        elif "type" not in document:
            # An event of a kind unknown here may hold texts that are no answer.
            yield from self._say(_named_text(document))

    def _choice(self, choice: Json) -> Iterator[Part]:
        message = choice.get("delta") or choice.get("message")
        if not isinstance(message, dict):
            text = choice.get("text")
            yield from self._say(text if isinstance(text, str) else "")
            return
        self._told += answer_sources.in_annotations(message.get("annotations"))
        self._told += answer_sources.in_outputs(message.get("context"))
        yield from self._message_parts(message, belongs_to=None)

    def _agent_message(self, message: Json) -> Iterator[Part]:
        yield from self._message_parts(message, belongs_to=message.get("id"))

    def _message_parts(self, message: Json, belongs_to: object) -> Iterator[Part]:
        text = _content(message.get("content"))
        if message.get("role") == "tool":
            yield from self.steps.result(message.get("tool_call_id"), message.get("name"), text)
            return
        yield from self._say(text, belongs_to)
        for call in _objects(message.get("tool_calls")):
            yield from self.steps.openai_call(call)

    def _responses_event(self, kind: str, event: Json) -> Iterator[Part]:
        item = event.get("item")
        if kind in DELTAS and isinstance(event.get("delta"), str):
            self._streamed_ids.add(str(event.get("item_id")))
            self._unfinished.append(event["delta"])
            yield from self._say(event["delta"], event.get("item_id"))
        elif kind == "response.output_item.done" and isinstance(item, dict):
            yield from self._item(item)
        elif kind == "response.completed" and isinstance(event.get("response"), dict):
            response = event["response"]
            self._told += answer_sources.in_outputs(response.get("custom_outputs"))
            # It repeats everything; its ids need not be those of the events before.
            yield from self._items(response.get("output"), is_repetition=bool(self._texts))

    def _items(self, items: object, *, is_repetition: bool = False) -> Iterator[Part]:
        for item in _objects(items):
            yield from self._item(item, is_repetition=is_repetition)

    def _item(self, item: Json, *, is_repetition: bool = False) -> Iterator[Part]:
        kind = item.get("type")
        if kind == "function_call":
            yield from self.steps.call(item.get("call_id"), item.get("name"), item.get("arguments"))
        elif kind == "function_call_output":
            yield from self.steps.result(item.get("call_id"), None, _content(item.get("output")))
        elif kind in ("message", None):
            for part in _objects(item.get("content")):
                self._told += answer_sources.in_annotations(part.get("annotations"))
            if not is_repetition:
                yield from self._whole_message(_content(item.get("content")), item.get("id"))

    def _whole_message(self, text: str, item_id: object) -> Iterator[Part]:
        """A message whose text came in pieces is not said again, also under another id."""
        has_come = item_id in self._streamed_ids if isinstance(item_id, str) else False
        if not has_come and text != "".join(self._unfinished):
            yield from self._say(text, item_id)
        if isinstance(item_id, str):
            self._streamed_ids.add(item_id)
        self._unfinished.clear()

    def _predictions(self, predictions: object) -> Iterator[Part]:
        # One question was asked, so there is one row.
        while isinstance(predictions, list):
            predictions = predictions[0] if predictions else None
        yield from self._row(predictions)

    def _row(self, row: object) -> Iterator[Part]:
        if isinstance(row, str):
            yield from self._say(row)
        elif isinstance(row, dict):
            self._told += answer_sources.in_outputs(row)
            self._told += answer_sources.in_outputs(row.get("custom_outputs"))
            said = list(self._document(row)) if "predictions" not in row else []
            yield from said or self._say(_only_text(row) or _as_json(row))
        elif row is not None:
            yield from self._say(_as_json(row))

    def _say(self, text: str, belongs_to: object = None) -> Iterator[Part]:
        if not text:
            return
        if self._texts and belongs_to != self._message and belongs_to and self._message:
            text = f"\n\n{text}"
        self._message = belongs_to
        self._texts.append(text)
        yield TextPart(text)

    def _platform_part(self, part: object) -> None:
        if not isinstance(part, dict):
            return
        request_id = part.get("databricks_request_id")
        if isinstance(request_id, str) and request_id:
            self.request_id = request_id
            if request_id.startswith("tr-"):
                self.trace_id = request_id
        trace = part.get("trace")
        if isinstance(trace, dict):
            info = trace.get("info")
            info = info if isinstance(info, dict) else {}
            # Older traces call their own id `request_id`.
            own_id = info.get("trace_id") or info.get("request_id")
            self.trace_id = own_id if isinstance(own_id, str) else self.trace_id
            self._in_trace += answer_sources.in_trace(trace)


def is_failure(document: object) -> bool:
    """Tell whether this event ends the stream because something broke."""
    if not isinstance(document, dict):
        return False
    told = bool(document.get("error_code")) or (
        bool(document.get("error")) and "id" not in document
    )
    return told or document.get("type") in FAILURES


def _named_text(document: Json) -> str:
    """Return the answer of a model with fields of its own, by the field's name."""
    texts = (_unpacked(document.get(name)) for name in ANSWER_FIELDS)
    return next((text for text in texts if text), "")


def _only_text(row: Json) -> str:
    texts = [text for value in row.values() if (text := _unpacked(value))]
    return texts[0] if len(texts) == 1 else ""


def _unpacked(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) else ""


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _content(content: object) -> str:
    """Return the text of a message whose content is a text, or a list of parts."""
    if isinstance(content, list):
        return "".join(_parts(content))
    if isinstance(content, str) or content is None:
        return content or ""
    return json.dumps(content, ensure_ascii=False)


def _parts(content: Iterable[object]) -> Iterator[str]:
    for part in content:
        text = (part.get("text") or part.get("refusal")) if isinstance(part, dict) else part
        if isinstance(text, str):
            yield text


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
