"""What the workspace keeps on the disk, for its admins: ours, there is no such route elsewhere."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from local_workspace.routers.callers import Admin
from local_workspace.storage import Storage

router = APIRouter()


class CleanRequest(BaseModel):
    """Of which parts what is unused is to be deleted."""

    parts: list[str]


@router.get("/__local__/storage")
async def storage_use(request: Request, _caller: Admin) -> dict[str, Any]:
    """Return what takes how much of the disk, and what of it may be cleaned."""
    return await _storage(request).use()


@router.post("/__local__/storage/clean")
async def clean_storage(request: Request, body: CleanRequest, _caller: Admin) -> dict[str, Any]:
    """Delete what can be fetched or built again and nothing uses; return what that has freed."""
    return await _storage(request).clean(body.parts)


def _storage(request: Request) -> Storage:
    storage: Storage = request.app.state.workspace.storage
    return storage
