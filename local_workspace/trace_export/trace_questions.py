"""Which traces a request to MLflow asks about, as far as its address and a small body tell.

It must not know what is done about it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

# MLflow's REST below any of its prefixes; the spans for its pages have an address of their own.
_ADDRESS = re.compile(
    r"/(?:(?:ajax-)?api/\d\.0|__local__)/mlflow/(?:get-trace-artifact$|(?:unified-)?traces\b)"
)
_SEARCH = re.compile(r"/(?:search|batchGet|batchGetInfos)$")
_TRACE_ID = re.compile(r"\btr-[0-9a-f]{32}\b")
# One comparison of a filter: what it is about, and the text or texts it is compared with.
_TEXT = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_COMPARISON = re.compile(
    r"(mlflow\.trace\.session|mlflow\.trace\.user|client_request_id)[`\"]?\s*"
    rf"(?:=|IN)\s*\(?\s*((?:{_TEXT})(?:\s*,\s*(?:{_TEXT}))*)",
    re.IGNORECASE,
)
_ANY_TEXT = re.compile(_TEXT)

# A filter is a line; a request with a large body is no search.
MAX_BODY = 64 * 1024


@dataclass(frozen=True)
class TraceQuestion:
    """What is asked for; nothing of all where it is none of our business."""

    trace_ids: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.trace_ids or self.request_ids or self.sessions or self.users)


def is_about_traces(path: str) -> bool:
    """Tell whether an address is one of MLflow's traces at all."""
    return _ADDRESS.match(path) is not None


def has_question_in_body(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Tell whether the body has to be read to know what is asked."""
    if method != "POST" or not _SEARCH.search(path):
        return False
    length = headers.get("content-length", "")
    return length.isdigit() and int(length) <= MAX_BODY


def question(path: str, query: str, body: bytes = b"") -> TraceQuestion:
    """Return what is asked for."""
    address = f"{path}?{unquote(query.replace('+', ' '))}"
    asked = f"{address}\n{_filter(body)}" if body else address
    found: dict[str, list[str]] = {"session": [], "user": [], "client_request_id": []}
    for comparison in _COMPARISON.finditer(asked):
        kind = comparison[1].lower().removeprefix("mlflow.trace.")
        found[kind] += [text[1:-1] for text in _ANY_TEXT.findall(comparison[2])]
    return TraceQuestion(
        trace_ids=tuple(dict.fromkeys(_TRACE_ID.findall(asked))),
        request_ids=tuple(found["client_request_id"]),
        sessions=tuple(found["session"]),
        users=tuple(found["user"]),
    )


def _filter(body: bytes) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(document, dict):
        return ""
    ids = document.get("trace_ids")
    named = " ".join(map(str, ids)) if isinstance(ids, list) else ""
    return f"{document.get('filter') or ''}\n{named}"
