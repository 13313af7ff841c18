"""`/api/2.0/sql/statements`: submit a statement, ask how far it is, fetch its rows, cancel it."""

from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from local_workspace.routers.callers import AccountHolder
from local_workspace.sql.service import SqlService

PREFIX = "/api/2.0/sql/statements"

router = APIRouter()
Json = dict[str, Any]
JsonBody = Annotated[Json, Body()]


@router.post(PREFIX)
async def submit(request: Request, caller: AccountHolder, body: JsonBody) -> Response:
    """Run a statement, and wait for it as long as the caller wants to."""
    return _answer(await _sql(request).submit(body, caller))


@router.get(f"{PREFIX}/{{statement_id}}")
async def get(request: Request, caller: AccountHolder, statement_id: str) -> Response:
    """Say how far a statement is."""
    return _answer(_sql(request).get(statement_id, caller))


@router.get(f"{PREFIX}/{{statement_id}}/result/chunks/{{chunk_index}}")
async def chunk(
    request: Request, caller: AccountHolder, statement_id: str, chunk_index: str
) -> Response:
    """Return one chunk of the rows."""
    return _answer(_sql(request).chunk(statement_id, chunk_index, caller))


@router.post(f"{PREFIX}/{{statement_id}}/cancel")
async def cancel(request: Request, caller: AccountHolder, statement_id: str) -> Json:
    """Stop a statement."""
    _sql(request).cancel(statement_id, caller)
    return {}


def _sql(request: Request) -> SqlService:
    return cast(SqlService, request.app.state.workspace.sql)


def _answer(document: Json) -> Response:
    # The rows are JSON text already; they go in as they are.
    return Response(orjson.dumps(document), media_type="application/json")
