"""`/api/2.0/sql/history/queries`: which statements were submitted, and what became of them."""

from typing import Any, cast

from fastapi import APIRouter, Request

from local_workspace.routers.callers import AccountHolder
from local_workspace.sql.history_request import history_request
from local_workspace.sql.service import SqlService

PREFIX = "/api/2.0/sql/history/queries"

router = APIRouter()
Json = dict[str, Any]


@router.get(PREFIX)
async def list_queries(request: Request, caller: AccountHolder) -> Json:
    """List the caller's statements; an admin's list has everybody's."""
    sql = cast(SqlService, request.app.state.workspace.sql)
    given = {name: request.query_params.getlist(name) for name in request.query_params}
    return sql.list_history(history_request(given), caller)
