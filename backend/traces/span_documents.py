"""A span as MLflow writes it, old or new, read into our own form; knows no store."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from backend.traces.record import UNKNOWN_KIND, SpanContent, SpanEvent, Text, TraceSpan
from backend.traces.tree import state_of

INPUTS, OUTPUTS = "mlflow.spanInputs", "mlflow.spanOutputs"
KIND = "mlflow.spanType"
USAGE = ("mlflow.chat.tokenUsage", "mlflow.trace.tokenUsage")
COST = "mlflow.llm.cost"
# What stands elsewhere on the page already.
_SAID_ELSEWHERE = frozenset((INPUTS, OUTPUTS, KIND, "mlflow.traceRequestId", "mlflow.experimentId"))
# So much of each text is shown at first.
CHARACTERS = 200_000
_MOST_EVENTS = 200
# What is neither input nor output is a note, of which the beginning tells what it is.
_NOTE_CHARACTERS = 20_000
_NAME_CHARACTERS = 500
# Beyond this a chain has not counted, whatever it wrote.
_MOST_NUMBER = 1e15


def span_of(document: Mapping[str, Any]) -> TraceSpan:
    """Return the span without its content."""
    attributes = _mapping(document.get("attributes"))
    return TraceSpan(
        span_id=_span_id(document),
        parent_id=_hex(document.get("parent_span_id") or document.get("parent_id")),
        name=str(document.get("name") or "")[:_NAME_CHARACTERS],
        kind=str(_read(attributes.get(KIND)) or UNKNOWN_KIND),
        start_ns=_number(document, "start_time_unix_nano", "start_time") or 0,
        end_ns=_number(document, "end_time_unix_nano", "end_time"),
        state=state_of(_status(document)[0]),
        characters=sum(len(str(value)) for value in attributes.values()),
        tokens=tokens_in(next((attributes[name] for name in USAGE if name in attributes), None)),
        cost=_cost_in(attributes.get(COST)),
    )


def content_of(
    document: Mapping[str, Any],
    most: int = CHARACTERS,
    characters: Mapping[str, int] | None = None,
) -> SpanContent:
    """Return what is in a span, of each text only so much.

    Where the document has been cut already, `characters` says how long each text was.
    """
    texts = {
        name: _cut(_as_text(value), _most_of(name, most), (characters or {}).get(name))
        for name, value in _mapping(document.get("attributes")).items()
    }
    events = document.get("events")
    return SpanContent(
        span=span_of(document),
        inputs=texts.get(INPUTS, Text()),
        outputs=texts.get(OUTPUTS, Text()),
        attributes={
            name: _plain(text) for name, text in texts.items() if name not in _SAID_ELSEWHERE
        },
        events=tuple(
            _event(event)
            for event in (events if isinstance(events, list) else [])[:_MOST_EVENTS]
            if isinstance(event, Mapping)
        ),
        message=_status(document)[1],
    )


def holds(value: Any, wanted: str) -> bool:
    """Tell whether a text in a span has this in it; `wanted` is in lower case already."""
    if isinstance(value, Mapping):
        return any(holds(each, wanted) for each in value.values())
    if isinstance(value, list):
        return any(holds(each, wanted) for each in value)
    if not isinstance(value, str):
        return False
    if wanted in value.casefold():
        return True
    # An attribute is JSON once more, where a quote or a line break is written with a backslash.
    read = _read(value) if "\\" in value else value
    return read != value and holds(read, wanted)


def tokens_in(usage: object) -> int | None:
    """Return how many tokens a span says it took."""
    total = _mapping(_read(usage)).get("total_tokens")
    is_one = isinstance(total, int) and not isinstance(total, bool) and abs(total) < _MOST_NUMBER
    return total if is_one else None


def _cost_in(cost: object) -> float | None:
    total = _mapping(_read(cost)).get("total_cost")
    # Neither yes and no nor what is no number at all.
    if isinstance(total, bool) or not isinstance(total, int | float):
        return None
    return float(total) if abs(total) < _MOST_NUMBER else None


def _event(event: Mapping[str, Any]) -> SpanEvent:
    attributes = _mapping(event.get("attributes"))
    return SpanEvent(
        name=str(event.get("name") or "")[:_NAME_CHARACTERS],
        at_ns=_number(event, "time_unix_nano", "timestamp") or 0,
        attributes={
            str(name): _as_text(value)[:_NOTE_CHARACTERS] for name, value in attributes.items()
        },
    )


def _span_id(document: Mapping[str, Any]) -> str:
    return _hex(document.get("span_id") or _mapping(document.get("context")).get("span_id"))


def _hex(written: object) -> str:
    """Return an id as people see it: the newer form writes the same bytes in base64."""
    text = str(written or "").removeprefix("0x")
    if len(text) == 12 and text.endswith("="):
        try:
            return base64.b64decode(text, validate=True).hex()
        except binascii.Error:
            return text
    return text


def _status(document: Mapping[str, Any]) -> tuple[object, str]:
    status = document.get("status")
    if isinstance(status, Mapping):
        return status.get("code"), str(status.get("message") or "")
    return document.get("status_code") or status, str(document.get("status_message") or "")


def _number(document: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = document.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def _most_of(name: str, most: int) -> int:
    return most if name in (INPUTS, OUTPUTS) else min(most, _NOTE_CHARACTERS)


def _cut(text: str, most: int, characters: int | None) -> Text:
    return Text(text[:most], max(len(text), characters or 0))


def _plain(text: Text) -> Text:
    """Return an attribute without the quotes around it, if it is a text and whole."""
    read = None if text.is_cut else _read(text.text)
    return Text(read, len(read)) if isinstance(read, str) else text


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _read(value: object) -> Any:
    """Return what an attribute stands for; MLflow writes each as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        # Anybody may write a thousand brackets into each other.
        return value


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
