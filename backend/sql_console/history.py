"""A person's statements of late, from the workspace's own history of queries.

The app's pages read by SQL as well, with the same token. What the console submits has a tag, by
which it is found again among all that.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import sql

from backend.error_translation import translated
from backend.sql_console.record import PastStatement, State

TAG = sql.QueryTag(key="review_app", value="sql_console")
SHOWN = 50
# So far back is looked, and through so many statements of whatever program.
_DAYS = 30
_PAGES, _PAGE = 5, 500

_STATES = {
    sql.QueryStatus.QUEUED: State.WAITING,
    sql.QueryStatus.FINISHED: State.DONE,
    sql.QueryStatus.FAILED: State.FAILED,
    sql.QueryStatus.CANCELED: State.STOPPED,
}


def statements_of(
    workspace: WorkspaceClient, user_name: str, *, of_any_program: bool
) -> tuple[PastStatement, ...]:
    """Return what this person submitted, the latest first."""
    found: list[PastStatement] = []
    with translated():
        for info in _submitted(workspace):
            is_theirs = (info.user_name or "").lower() == user_name.lower()
            if is_theirs and (of_any_program or TAG in (info.query_tags or [])):
                found.append(_statement(info))
            if len(found) == SHOWN:
                break
    return tuple(found)


def _submitted(workspace: WorkspaceClient) -> Iterator[sql.QueryInfo]:
    me = workspace.current_user.me().id or ""
    since = datetime.now(UTC) - timedelta(days=_DAYS) + timedelta(minutes=1)
    wanted = sql.QueryFilter(
        query_start_time_range=sql.TimeRange(start_time_ms=int(since.timestamp() * 1000)),
        user_ids=[int(me)] if me.isdecimal() else None,
    )
    token = None
    for _ in range(_PAGES):
        page = workspace.query_history.list(filter_by=wanted, max_results=_PAGE, page_token=token)
        yield from page.res or []
        token = page.next_page_token
        if not page.has_next_page or not token:
            return


def _statement(info: sql.QueryInfo) -> PastStatement:
    began = info.query_start_time_ms
    return PastStatement(
        run_id=info.query_id or "",
        text=info.query_text or "",
        state=_STATES.get(info.status, State.RUNNING) if info.status else State.RUNNING,
        at=datetime.fromtimestamp(began / 1000, UTC) if began else None,
        took_ms=info.duration,
        rows=info.rows_produced if info.status is sql.QueryStatus.FINISHED else None,
        error=info.error_message or "",
    )
