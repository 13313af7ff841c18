"""The passages an answer rests on, wherever a chain says so: trace, own outputs, annotations.

Models write these documents, so nothing here trusts their shape: what cannot be read is left out.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from backend.turns.answers import Source

SOURCE_KEYS = ("sources", "citations", "source_documents", "references")
URI_KEYS = ("doc_uri", "source", "url", "uri", "path", "file_path")
TEXT_KEYS = ("page_content", "text", "content", "passage", "snippet", "quote", "excerpt")
TITLE_KEYS = ("title", "name", "filename", "file_name")
# No person looks at more, and a broken chain must not fill the page.
MOST_SOURCES = 100
_HEX_ID = re.compile(r"(0x)?[0-9a-f]{16}")
_ADDRESS = re.compile(r"\S+")


def in_trace(trace: Mapping[str, Any]) -> list[Source]:
    """Return what the trace's retrievers found, with the span each verdict on it is filed under."""
    data = trace.get("data")
    spans = data.get("spans") if isinstance(data, dict) else None
    found: list[Source] = []
    for span in spans if isinstance(spans, list) else []:
        attributes = span.get("attributes") if isinstance(span, dict) else None
        if isinstance(attributes, dict) and "RETRIEVER" in str(attributes.get("mlflow.spanType")):
            documents = _documents(attributes.get("mlflow.spanOutputs"))
            found.extend(_passages(documents, _span_id(span)))
    return found[:MOST_SOURCES]


def in_outputs(outputs: object) -> list[Source]:
    """Return the sources among the fields of a `custom_outputs`, or of a table's row."""
    if not isinstance(outputs, dict):
        return []
    return [
        source
        for key in SOURCE_KEYS
        for each in _as_list(outputs.get(key))
        if (source := _source(each)) is not None
    ][:MOST_SOURCES]


def in_annotations(annotations: object) -> list[Source]:
    """Return what the annotations of a piece of output refer to."""
    sources = []
    for each in annotations if isinstance(annotations, list) else []:
        # Chat completions wrap it once more: {"type": "url_citation", "url_citation": {...}}.
        kind = each.get("type") if isinstance(each, dict) else None
        inner = each.get(kind) if isinstance(kind, str) else None
        if source := _source(inner if isinstance(inner, dict) else each):
            sources.append(source)
    return sources[:MOST_SOURCES]


def merged(first: Iterable[Source], others: Iterable[Source]) -> tuple[Source, ...]:
    """Return each passage once; the first mention of it counts, and has what a verdict needs."""
    kept: list[Source] = []
    known: set[tuple[str | None, str]] = set()
    addresses: set[str] = set()
    for source in (*first, *others):
        # A mention by address alone adds nothing to a passage of that address.
        is_told = not source.text and source.uri in addresses
        if (source.uri, source.text) in known or is_told:
            continue
        known.add((source.uri, source.text))
        addresses.update([source.uri] if source.uri else [])
        kept.append(source)
    return tuple(kept[:MOST_SOURCES])


def _passages(documents: list[Any], step_id: str | None) -> list[Source]:
    found = []
    for position, document in enumerate(documents):
        source = _source(document)
        if source is not None:
            found.append(
                Source(source.text, source.uri, source.title, step_id=step_id, position=position)
            )
    return found


def _documents(outputs: object) -> list[Any]:
    if isinstance(outputs, str):
        try:
            outputs = json.loads(outputs)
        except (ValueError, RecursionError):
            return []
    if isinstance(outputs, dict):
        outputs = next((outputs[key] for key in ("documents", *SOURCE_KEYS) if key in outputs), [])
    return outputs if isinstance(outputs, list) else []


def _source(document: object) -> Source | None:
    if isinstance(document, str) and document.strip():
        # One word is an address, as the names of documents are; more are a passage.
        is_address = _ADDRESS.fullmatch(document.strip()) is not None
        return Source("", uri=document.strip()) if is_address else Source(document)
    if not isinstance(document, dict):
        return None
    metadata = document.get("metadata")
    places = [metadata, document] if isinstance(metadata, dict) else [document]
    uri = _first_text(places, URI_KEYS)
    text = _first_text([document], TEXT_KEYS) or ""
    title = _first_text(places, TITLE_KEYS)
    return Source(text, uri, title) if text or uri or title else None


def _first_text(places: list[Any], keys: Iterable[str]) -> str | None:
    values = (place.get(key) for key in keys for place in places)
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _span_id(span: Mapping[str, Any]) -> str | None:
    """Return the id as MLflow's API wants it; on the wire it is base64 of the same bytes."""
    context = span.get("context")
    given = span.get("span_id") or (context.get("span_id") if isinstance(context, dict) else None)
    if not isinstance(given, str):
        return None
    if _HEX_ID.fullmatch(given):
        return given.removeprefix("0x")
    try:
        return base64.b64decode(given, validate=True).hex()
    except (binascii.Error, ValueError):
        return given


def _as_list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str | dict) else []
