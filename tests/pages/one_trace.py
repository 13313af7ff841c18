"""One trace as the page meets it, behind the one seam."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from backend.errors import NotFound, ReviewAppError
from backend.identity import Viewer
from backend.traces.record import (
    Opinion,
    Outline,
    Said,
    Source,
    SpanContent,
    SpanEvent,
    SpanState,
    Text,
    TraceHead,
    TraceSpan,
)
from backend.traces.tree import outline

TRACE_ID = "tr-" + "a" * 32
HOSTILE = "<b>step</b> *one*\u202e\x00"
HEAD = TraceHead(
    TRACE_ID,
    Source.MLFLOW,
    user="rita@example.com",
    endpoint="chain",
    served="2",
    at=datetime(2026, 3, 3, 12, tzinfo=UTC),
)
_MS = 10**6
SPANS = (
    TraceSpan("root", "", "chain", "CHAIN", 0, 900 * _MS, SpanState.ERROR),
    TraceSpan("look", "root", "look up", "RETRIEVER", 10 * _MS, 300 * _MS, SpanState.OK),
    TraceSpan("model", "root", HOSTILE, "LLM", 310 * _MS, 900 * _MS, tokens=1234, cost=0.0021),
)


def written(value) -> Text:
    """Return a value as MLflow notes it."""
    text = json.dumps(value, ensure_ascii=False)
    return Text(text, len(text))


def contents() -> dict[str, SpanContent]:
    """Return what is in each span."""
    root, look, model = SPANS
    raised = {
        "exception.type": "KeyError",
        "exception.message": "No <i>such</i> thing",
        "exception.stacktrace": "Traceback: line 7",
    }
    document = {"page_content": "Five *days*.", "metadata": {"title": "Leave", "doc_uri": "/v/l"}}
    return {
        "root": SpanContent(
            root,
            written({"messages": [{"role": "user", "content": "How many days?"}]}),
            written("Five days."),
            events=(SpanEvent("exception", 5, raised), SpanEvent("noted", 7, {"a": "b"})),
            message="It broke.",
        ),
        "look": SpanContent(look, written("days"), written([document])),
        "model": SpanContent(model, written({"prompt": "x"}), Text(), {"model": Text("small", 5)}),
    }


@dataclass
class FakeTraceReading:
    """Has one trace, or raises; remembers what was asked and said."""

    tree: Outline | ReviewAppError = field(default_factory=lambda: outline(HEAD, SPANS))
    contents: dict[str, SpanContent] = field(default_factory=contents)
    words: tuple[Said, ...] = ()
    found: tuple[str, ...] = ()
    error: ReviewAppError | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=lambda: [b'{"info": ', b"{}}"])

    def outline(self, _viewer: Viewer, _trace_id: str) -> Outline:
        if isinstance(self.tree, ReviewAppError):
            raise self.tree
        return self.tree

    def span(self, _viewer: Viewer, _trace_id: str, span_id: str, most: int = 0) -> SpanContent:
        self.asked.append((span_id, most))
        if span_id not in self.contents:
            raise NotFound
        return self.contents[span_id]

    def holding(self, _viewer: Viewer, _trace_id: str, _text: str) -> tuple[str, ...]:
        return self.found

    def said(self, _viewer: Viewer, _trace_id: str) -> tuple[Said, ...]:
        return self.words

    def say(self, _viewer: Viewer, _trace_id: str, opinion: Opinion) -> None:
        if self.error:
            raise self.error
        self.opinions.append(opinion)

    def take_back(self, _viewer: Viewer, _trace_id: str, assessment_id: str) -> None:
        if self.error:
            raise self.error
        self.taken_back.append(assessment_id)

    def whole(self, _viewer: Viewer, _trace_id: str) -> Iterator[bytes]:
        if self.error:
            raise self.error
        return iter(self.parts)


def cut(content: SpanContent, characters: int) -> SpanContent:
    """Return the content with an input of which only the beginning was read."""
    return replace(content, inputs=Text("x" * 1000, characters))
