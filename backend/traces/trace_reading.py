"""Reads one trace: its outline first, what is in a span when somebody looks at it.

MLflow is asked first, piece by piece where the workspace can do that and for the whole trace where
it cannot; what MLflow does not have (yet) comes from the request log. The visitor's own token
decides: MLflow's information about a trace, and the log, are read with it.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from types import ModuleType
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.errors import NotAllowed, NotFound, NotOffered
from backend.identity import SEES_ALL, Viewer
from backend.mlflow_import import load_mlflow
from backend.traces import assessments, logged_traces, span_documents, span_pieces, trace_infos
from backend.traces.record import Opinion, Outline, Said, Source, SpanContent, TraceHead
from backend.traces.shelf import ReadTrace, Shelf, packed, unpacked
from backend.traces.tree import outline

# More than this nobody scrolls through; the search and the file have all of them.
MOST_SPANS = 100_000
# A trace that is being written, and one that MLflow may have in a moment.
_SOON_OLD_SECONDS = 5.0
_UNDER_WAY = "IN_PROGRESS"
# How long a right that was taken away may go unnoticed.
FRESH_SECONDS = 60.0
_NOT_THERE = (NotFound, NotOffered)
# One for all visitors, so that there is one limit.
_shelf = Shelf()


class TraceReading:
    """Traces as one visitor may see them."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace
        # Nobody else's, and of no meaning.
        self._visitor = object()

    def outline(self, viewer: Viewer, trace_id: str) -> Outline:
        """Return the tree of a trace, which may be named by the id of its request, too."""
        return self._read(viewer, trace_id).outline

    def span(
        self, viewer: Viewer, trace_id: str, span_id: str, most: int = span_documents.CHARACTERS
    ) -> SpanContent:
        """Return what is in one span, of each text only so many characters."""
        trace = self._read(viewer, trace_id)
        span = trace.outline.find(span_id)
        if span is None:
            raise NotFound("This trace has no such span.")
        if trace.contents is None:
            name = trace.outline.head.trace_id
            content = span_pieces.content(self._workspace, name, span_id, most)
        else:
            document = json.loads(unpacked(trace.contents[span_id]))
            content = span_documents.content_of(document, most)
        return replace(content, span=span)

    def holding(self, viewer: Viewer, trace_id: str, text: str) -> tuple[str, ...]:
        """Return the spans that have this text in them, whatever its case; not more than 1,000."""
        trace = self._read(viewer, trace_id)
        if trace.contents is None:
            return span_pieces.holding(self._workspace, trace.outline.head.trace_id, text)
        wanted = text.casefold()
        found = (
            span.span_id
            for span in trace.outline.spans
            if span_documents.holds(json.loads(unpacked(trace.contents[span.span_id])), wanted)
        )
        return tuple(each for each, _ in zip(found, range(span_pieces.MOST_FOUND), strict=False))

    def said(self, viewer: Viewer, trace_id: str) -> tuple[Said, ...]:
        """Return what everybody says of a trace and of its spans."""
        head = self._read(viewer, trace_id).outline.head
        if head.source is Source.REQUEST_LOG:
            return ()
        info = trace_infos.read(self._workspace, head.trace_id)
        return assessments.read(info, viewer.user_name)

    def say(self, viewer: Viewer, trace_id: str, opinion: Opinion) -> None:
        """Put one's own opinion on a trace or on one of its spans."""
        head = self._read(viewer, trace_id).outline.head
        if head.source is Source.REQUEST_LOG:
            raise NotOffered(
                "MLflow does not have this trace, or not yet, and what is said of it is kept there."
            )
        assessments.write(self._workspace, head.trace_id, viewer.user_name, opinion)

    def take_back(self, viewer: Viewer, trace_id: str, assessment_id: str) -> None:
        """Delete one's own opinion."""
        head = self._read(viewer, trace_id).outline.head
        assessments.delete(self._workspace, head.trace_id, viewer.user_name, assessment_id)

    def whole(self, viewer: Viewer, trace_id: str) -> Iterator[bytes]:
        """Return a trace as one JSON document, piece by piece, as MLflow writes traces."""
        trace = self._read(viewer, trace_id)
        head = trace.outline.head
        info: Mapping[str, Any] = {"trace_id": head.trace_id, "client_request_id": head.request_id}
        if head.source is Source.MLFLOW:
            info = trace_infos.read(self._workspace, head.trace_id)
        if trace.contents is None:
            spans = span_pieces.file(self._workspace, head.trace_id)
        else:
            spans = _written(list(trace.contents.values()))
        return chain([b'{"info": ', json.dumps(info).encode(), b', "data": '], spans, [b"}"])

    def _read(self, viewer: Viewer, name: str) -> ReadTrace:
        if not viewer.has_any(SEES_ALL):
            raise NotAllowed("Traces show what others asked, which takes the role of an analyst.")
        if not name.strip():
            raise NotFound("No trace is named.")
        if known := _shelf.get(self._visitor, name):
            return self._still_allowed(name, known)
        found = self._found(name)
        _shelf.put(self._visitor, name, found)
        return found

    def _still_allowed(self, name: str, known: ReadTrace) -> ReadTrace:
        """Return what was read before, if the workspace would still hand it to this visitor."""
        head = known.outline.head
        # What comes from the request log is read anew before that anyway.
        is_fresh = time.monotonic() - known.allowed_at < FRESH_SECONDS
        if is_fresh or head.source is Source.REQUEST_LOG:
            return known
        try:
            trace_infos.read(self._workspace, head.trace_id)
        except (NotAllowed, NotFound):
            _shelf.drop(self._visitor, name)
            raise
        allowed = replace(known, allowed_at=time.monotonic())
        _shelf.put(self._visitor, name, allowed)
        return allowed

    def _found(self, name: str) -> ReadTrace:
        try:
            return self._in_mlflow(name)
        except _NOT_THERE:
            logged = logged_traces.find(self._workspace, name)
        if logged.head.trace_id != name:
            # Named by its request; MLflow may have it under its own id, and knows more of it.
            try:
                return self._in_mlflow(logged.head.trace_id)
            except _NOT_THERE:
                pass
        return _kept(logged.head, logged.spans)

    def _in_mlflow(self, trace_id: str) -> ReadTrace:
        info = trace_infos.read(self._workspace, trace_id)
        head = trace_infos.head_of(info, trace_id, Source.MLFLOW)
        try:
            spans, is_cut = span_pieces.spans(self._workspace, trace_id, MOST_SPANS)
        except _NOT_THERE:
            return _kept(head, _whole_traces().spans(trace_id))
        if not spans:
            raise NotFound("MLflow has no spans of this trace.")
        return ReadTrace(outline(head, spans, is_cut=is_cut), None, **_patience(head))


def _kept(head: TraceHead, documents: Iterable[Mapping[str, Any]]) -> ReadTrace:
    """Return a trace that was read as a whole; its content is kept as small as may be."""
    named = [(span_documents.span_of(each), each) for each in documents]
    if not named:
        raise NotFound("There are no spans of this trace.")
    contents = {span.span_id: packed(json.dumps(each, ensure_ascii=False)) for span, each in named}
    shown = [span for span, _ in named[:MOST_SPANS]]
    return ReadTrace(
        outline(head, shown, is_cut=len(named) > len(shown)), contents, **_patience(head)
    )


def _patience(head: TraceHead) -> dict[str, float]:
    is_new = head.source is Source.REQUEST_LOG or head.state == _UNDER_WAY
    return {"seconds": _SOON_OLD_SECONDS} if is_new else {}


def _written(documents: list[bytes]) -> Iterator[bytes]:
    yield b'{"spans": ['
    for number, document in enumerate(documents):
        yield (b",\n" if number else b"") + unpacked(document).encode()
    yield b"]}"


def _whole_traces() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.traces import whole_traces  # noqa: PLC0415 - see above

    return whole_traces
