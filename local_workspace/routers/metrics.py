"""What the workspace counts beside its endpoints' own metrics."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from local_workspace.routers.callers import Admin
from local_workspace.trace_export.backlog import read_backlog

router = APIRouter()


@router.get("/metrics")
async def metrics(request: Request, _caller: Admin) -> Response:
    """Return how far MLflow lags behind what is on record, in Prometheus' text format."""
    spool = request.app.state.workspace.settings.spool_path
    backlog = await asyncio.to_thread(read_backlog, spool)
    return PlainTextResponse(backlog.as_metrics())
