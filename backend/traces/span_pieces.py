"""Traces piece by piece, from a workspace that hands out single spans: our local one.

MLflow's own API has whole traces only. Elsewhere these addresses are unknown, which is said by
NotFound or NotOffered, and whoever asks reads the whole trace instead.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import repeat
from sys import intern
from typing import Any
from urllib.parse import quote

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import Failed, NotOffered, Refused
from backend.traces import span_documents
from backend.traces.record import UNKNOWN_KIND, SpanContent, SpanState, TraceSpan
from backend.traces.tree import state_of

MOST_FOUND = 1_000
_CHUNK = 256 * 1024


def spans(workspace: WorkspaceClient, trace_id: str, most: int) -> tuple[list[TraceSpan], bool]:
    """Return the spans without their content, and whether there are more."""
    answer = _ask(workspace, _address(trace_id), {"most": most})
    columns, total = answer.get("spans"), answer.get("total")
    if not isinstance(columns, dict) or not isinstance(total, int):
        raise NotOffered
    kinds: dict[str, str] = {}
    # By their places and not by their names, which for ten thousands takes twice as long.
    found = [
        TraceSpan(
            span_id,
            parent,
            intern(name[:500]),
            kinds.setdefault(kind, kind or UNKNOWN_KIND),
            start,
            end,
            _state(str(state)),
            size,
            span_documents.tokens_in(usage) if usage else None,
            cost,
        )
        for span_id, parent, name, kind, state, start, end, size, cost, usage in _rows(columns)
    ]
    return found, total > len(found)


def content(workspace: WorkspaceClient, trace_id: str, span_id: str, most: int) -> SpanContent:
    """Return what is in one span, of each text only so many characters."""
    path = f"{_address(trace_id)}/{quote(span_id, safe='')}"
    answer = _ask(workspace, path, {"most": most})
    document, characters = answer.get("span"), answer.get("characters")
    if not isinstance(document, dict) or not isinstance(characters, dict):
        raise NotOffered
    return span_documents.content_of(document, most, characters)


def holding(workspace: WorkspaceClient, trace_id: str, text: str) -> tuple[str, ...]:
    """Return the ids of spans that have this text in them."""
    answer = _ask(workspace, _address(trace_id), {"holding": text, "most": MOST_FOUND})
    found = answer.get("found")
    return tuple(str(each) for each in found) if isinstance(found, list) else ()


def file(workspace: WorkspaceClient, trace_id: str) -> Iterator[bytes]:
    """Yield the document with all spans as it arrives."""
    path = f"/__local__/mlflow/traces/{quote(trace_id, safe='')}/file"
    with translated():
        answer = workspace.api_client.do("GET", path, raw=True)
        body = answer["contents"]
        try:
            while part := body.read(_CHUNK):
                yield part
        finally:
            body.close()


@lru_cache(maxsize=64)
def _state(word: str) -> SpanState:
    return state_of(word)


def _rows(columns: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    more = ("parent", "name", "kind", "state", "start", "end", "bytes", "cost", "tokens")
    # A column that is not there has no end; there are as many spans as ids, which may be none.
    rest = (columns.get(name) or repeat(None) for name in more)
    return zip(columns.get("id") or (), *rest, strict=False)


def _address(trace_id: str) -> str:
    return f"/__local__/mlflow/traces/{quote(trace_id, safe='')}/spans"


def _ask(workspace: WorkspaceClient, path: str, query: dict[str, Any]) -> Mapping[str, Any]:
    try:
        with translated():
            answer = workspace.api_client.do("GET", path, query=query)
    except (Refused, Failed) as error:
        # A workspace may call an unknown address a bad one, or answer it with a page for people.
        if isinstance(error, Refused) or isinstance(error.__cause__, ValueError):
            raise NotOffered from error
        raise
    if not isinstance(answer, dict):
        raise NotOffered
    return answer
