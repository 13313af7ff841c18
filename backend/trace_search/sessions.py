"""Conversations among traces: MLflow knows traces only, so these are put together from theirs.

The list goes back in time over the newest traces that belong to a conversation at all. Each one
found is then read whole, without spans, so that its first question and its number of turns are
right; one with a later turn than where a page begins was on an earlier page. Importing this imports
MLflow, which takes seconds.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from backend.errors import Refused, ReviewAppError
from backend.trace_search import filter_text
from backend.trace_search import traces as trace_pages
from backend.trace_search.filter_text import SESSION
from backend.trace_search.record import SessionPage, SessionRow

ROWS = 20
# So many traces of one conversation are looked at.
MOST_TURNS = 500
_PER_SEARCH = 100
# A single conversation of thousands of turns must not make a page take for ever.
_MOST_SEARCHES = 10
_SAME_TIME = 4
_NEWEST = ["timestamp_ms DESC"]
_OF_ANY = f"metadata.`{SESSION}` IS NOT NULL"


def page(experiments: Sequence[str], text: str, before: int | None = None) -> SessionPage:
    """Return the conversations of the traces a filter finds, the one with the latest turn first."""
    try:
        found, further = _last_turns(experiments, text, before, _OF_ANY)
    except Refused:
        # Not every MLflow can be asked for that; if it is the filter, that is said now.
        found, further = _last_turns(experiments, text, before)

    def read(session: str) -> SessionRow | None:
        row = _row(experiments, session)
        return row if row and _is_new(experiments, text, row, before) else None

    with ThreadPoolExecutor(max_workers=_SAME_TIME) as pool:
        rows = list(pool.map(read, found))
    return SessionPage(tuple(row for row in rows if row), further)


def _last_turns(
    experiments: Sequence[str], text: str, before: int | None, *more: str
) -> tuple[list[str], int | None]:
    """Return the ids of a page, and before which moment there may be more."""
    clauses = [*([text] if text else []), *more]
    if before is not None:
        clauses.append(f"trace.timestamp_ms < {before:d}")
    ids: dict[str, None] = {}
    token, last = "", before
    for _ in range(_MOST_SEARCHES):
        found = trace_pages.search(experiments, " AND ".join(clauses), _NEWEST, _PER_SEARCH, token)
        for info in (each.info for each in found):
            session, last = info.trace_metadata.get(SESSION), info.request_time
            if session and session not in ids and len(ids) == ROWS:
                # Another one of the same millisecond would be lost otherwise.
                return list(ids), last + 1
            if session:
                ids[session] = None
        token = found.token or ""
        if not token:
            return list(ids), None
    return list(ids), last


def _row(experiments: Sequence[str], session: str) -> SessionRow | None:
    """Return the whole conversation, also what the filter does not find of it."""
    try:
        own = filter_text.equals("metadata", SESSION, session)
    except ReviewAppError:
        # Whoever gave it such an id cannot be found by it again.
        return None
    found = trace_pages.search(experiments, own, _NEWEST, MOST_TURNS)
    rows = [trace_pages.row_of(each.info) for each in found]
    rows = [each for each in reversed(rows) if each.session == session]
    if not rows:
        return None
    return SessionRow(
        id=session,
        question=rows[0].question,
        turns=len(rows),
        first_at=rows[0].at,
        last_at=rows[-1].at,
        people=tuple(dict.fromkeys(each.user for each in rows if each.user)),
        endpoints=tuple(dict.fromkeys(each.endpoint for each in rows if each.endpoint)),
        errors=sum(each.state == filter_text.State.ERROR for each in rows),
        up=sum(each.up for each in rows),
        down=sum(each.down for each in rows),
        is_cut=bool(found.token),
    )


def _is_new(experiments: Sequence[str], text: str, row: SessionRow, before: int | None) -> bool:
    """Tell whether it was not on an earlier page, where the filter found a later turn of it."""
    if before is None or filter_text.milliseconds(row.last_at) < before:
        return True
    if not text:
        return False
    own = filter_text.equals("metadata", SESSION, row.id)
    later = f"{text} AND {own} AND trace.timestamp_ms >= {before:d}"
    return not trace_pages.search(experiments, later, _NEWEST)
