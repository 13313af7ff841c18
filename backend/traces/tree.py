"""From the spans of a trace, in whatever order and however broken, to its outline.

Spans without their parent stand at the top, and of spans that are each other's parents the earliest
does. Nothing here goes into itself: a trace may be ten thousands of spans deep.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from backend.traces.record import Outline, SpanState, TraceHead, TraceSpan

Children = dict[str, list[TraceSpan]]
_Number = TypeVar("_Number", int, float)


def outline(head: TraceHead, spans: Iterable[TraceSpan], *, is_cut: bool = False) -> Outline:
    """Return the tree of these spans."""
    unique = list({span.span_id: span for span in spans}.values())
    unique.sort(key=lambda span: (span.start_ns, -span.duration_ns))
    children = _children(unique)
    ordered = list(_walk(children))
    if len(ordered) < len(unique):
        reached = {span.span_id for span, _ in ordered}
        _cut_circles([span for span in unique if span.span_id not in reached], children)
        ordered = list(_walk(children))
    depths = tuple(depth for _, depth in ordered)
    found = tuple(span for span, _ in ordered)
    return Outline(
        head=head,
        spans=found,
        depths=depths,
        critical=critical_path(children),
        tokens=_summed([span.tokens for span in found], depths),
        cost=_summed([span.cost for span in found], depths),
        is_cut=is_cut,
    )


def critical_path(children: Children) -> frozenset[str]:
    """Return the spans that made it take as long as it did.

    Going back from the end of a span, it is the one below it that ended last, then the one that
    ended last before that began, and so on; and the same below each of those. What has not ended
    goes on for as long as that in which it lies has not ended either.
    """
    found: set[str] = set()
    end = max((_end(span) for below in children.values() for span in below), default=0)
    waiting = [(children.get("", []), end, True)]
    while waiting:
        spans, until, is_open = waiting.pop()
        for span, span_end in _last_before(spans, until, is_open=is_open):
            found.add(span.span_id)
            if below := children.get(span.span_id):
                waiting.append((below, span_end, is_open and span.end_ns is None))
    return frozenset(found)


def _last_before(
    spans: Sequence[TraceSpan], until: int, *, is_open: bool
) -> Iterator[tuple[TraceSpan, int]]:
    """Yield spans that do not overlap, from the last one back; what lasts longer is cut off."""
    ends = [until if is_open and span.end_ns is None else _end(span) for span in spans]
    latest = until
    for last, span in sorted(zip(ends, spans, strict=True), key=_first, reverse=True):
        end = min(last, until)
        if end <= latest and span.start_ns <= end:
            yield span, end
            latest = span.start_ns


def _first(pair: tuple[int, TraceSpan]) -> int:
    return pair[0]


def _end(span: TraceSpan) -> int:
    return span.start_ns + span.duration_ns


def _children(spans: Sequence[TraceSpan]) -> Children:
    known = {span.span_id for span in spans}
    children: Children = {}
    for span in spans:
        parent = span.parent_id if span.parent_id in known else ""
        children.setdefault("" if parent == span.span_id else parent, []).append(span)
    return children


def _walk(children: Children, top: TraceSpan | None = None) -> Iterator[tuple[TraceSpan, int]]:
    tops = [top] if top else children.get("", [])
    waiting = [(span, 0) for span in reversed(tops)]
    while waiting:
        span, depth = waiting.pop()
        yield span, depth
        if below := children.get(span.span_id):
            waiting.extend((each, depth + 1) for each in reversed(below))


def _cut_circles(lost: Sequence[TraceSpan], children: Children) -> None:
    """Put the earliest span of each circle at the top."""
    left = {span.span_id: span for span in lost}
    while left:
        top = _in_circle(next(iter(left.values())), left)
        children[top.parent_id] = [
            each for each in children[top.parent_id] if each.span_id != top.span_id
        ]
        children.setdefault("", []).append(top)
        for span, _ in _walk(children, top):
            left.pop(span.span_id, None)
    children[""].sort(key=lambda span: span.start_ns)


def _in_circle(span: TraceSpan, left: dict[str, TraceSpan]) -> TraceSpan:
    """Return the earliest of the circle that the parents of a span lead into."""
    seen: dict[str, TraceSpan] = {}
    while span.span_id not in seen:
        seen[span.span_id] = span
        span = left[span.parent_id]
    circle = [span]
    while (following := left[circle[-1].parent_id]).span_id != span.span_id:
        circle.append(following)
    return min(circle, key=lambda each: each.start_ns)


def _summed(noted: Sequence[_Number | None], depths: Sequence[int]) -> _Number | None:
    """Add up what the lowest spans say; one above them says the same again."""
    # What the spans below say so far, by how deep they are; from the end of the tree back.
    below: dict[int, _Number] = {}
    for said, depth in zip(reversed(noted), reversed(depths), strict=True):
        total = below.pop(depth + 1, None)
        total = said if total is None else total
        if total is not None:
            below[depth] = below[depth] + total if depth in below else total
    return below.get(0)


def state_of(code: object) -> SpanState:
    """Return how a span ended, in whichever words that was written."""
    word = str(code or "").upper().removeprefix("STATUS_CODE_")
    return SpanState(word) if word in SpanState.__members__ else SpanState.UNSET
