"""What is answered without a token: discovery, health, and the addresses of Databricks' own UI.

`databricks.agents` prints links such as `{host}/ml/review-v2/chat?endpoint=…`; here they lead to
the app. Where they lead is fixed: nothing but an endpoint's name is taken from the request.
"""

import re
from typing import cast
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from local_workspace.settings import WORKSPACE_ID, Settings

router = APIRouter()

_ENDPOINT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


@router.get("/.well-known/databricks-config")
async def databricks_config() -> dict[str, str]:
    """Tell clients which workspace this is; without an OIDC address they use their token."""
    return {"workspace_id": WORKSPACE_ID}


@router.get("/health")
async def health() -> dict[str, str]:
    """Say that the gateway answers."""
    return {"status": "ok"}


@router.get("/ml/review-v2/{path:path}")
async def review_app(request: Request, endpoint: str = "") -> RedirectResponse:
    """Lead from a review app's address to the app, with the chain in question first."""
    return _to_app(request, endpoint)


@router.get("/ml/endpoints/{path:path}")
async def endpoint_page(request: Request, path: str) -> RedirectResponse:
    """Lead from an endpoint's address to the app, with this endpoint first."""
    return _to_app(request, path.split("/")[0])


def _to_app(request: Request, endpoint: str) -> RedirectResponse:
    settings = cast(Settings, request.app.state.workspace.settings)
    url = f"{settings.app_url.rstrip('/')}/"
    if _ENDPOINT_NAME.fullmatch(endpoint):
        url = f"{url}?{urlencode({'endpoint': endpoint})}"
    return RedirectResponse(url, status_code=302)
