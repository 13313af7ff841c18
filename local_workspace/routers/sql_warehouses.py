"""`/api/2.0/sql/warehouses`: one warehouse, always running."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from local_workspace.access.principal import Principal
from local_workspace.errors import InvalidState, NotFound
from local_workspace.routers.callers import AccountHolder
from local_workspace.sql.service import check_reader
from local_workspace.sql.warehouse import WAREHOUSE_ID, warehouse_document

PREFIX = "/api/2.0/sql/warehouses"

router = APIRouter()
Json = dict[str, Any]


async def _reader(caller: AccountHolder) -> Principal:
    check_reader(caller)
    return caller


Reader = Annotated[Principal, Depends(_reader)]


@router.get(PREFIX)
async def list_warehouses(request: Request, _: Reader) -> Json:
    """List the warehouse."""
    return {"warehouses": [warehouse_document(request.app.state.workspace.url)]}


@router.get(f"{PREFIX}/{{warehouse_id}}")
async def get_warehouse(request: Request, _: Reader, warehouse_id: str) -> Json:
    """Show the warehouse."""
    _check(warehouse_id)
    return warehouse_document(request.app.state.workspace.url)


@router.post(f"{PREFIX}/{{warehouse_id}}/start")
async def start_warehouse(_: Reader, warehouse_id: str) -> Json:
    """Nothing is to be done: it runs."""
    _check(warehouse_id)
    return {}


@router.post(f"{PREFIX}/{{warehouse_id}}/stop")
async def stop_warehouse(_: Reader, warehouse_id: str) -> Json:
    """Refuse: a client would wait for ever for a warehouse that never stops."""
    _check(warehouse_id)
    raise InvalidState("The local warehouse is part of the workspace and stops with it.")


def _check(warehouse_id: str) -> None:
    if warehouse_id != WAREHOUSE_ID:
        raise NotFound(f"SQL warehouse {warehouse_id!r} does not exist.")
