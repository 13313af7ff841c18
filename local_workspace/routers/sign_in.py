"""How a person without a token gets one, and how a browser gets into the MLflow UI.

`/oidc/v1/token` and the link to the MLflow UI are open to everybody: a one-time code is their key.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from local_workspace.access.browser_sessions import SESSION_SECONDS
from local_workspace.access.sign_in_codes import SECONDS_VALID, TOKEN_SECONDS, SignInCode
from local_workspace.authentication import access_stores
from local_workspace.errors import InvalidParameter, NotFound
from local_workspace.routers.callers import Admin, MlflowUser

router = APIRouter()

MLFLOW_COOKIE = "local_workspace_mlflow"
_SESSION_PATH = "/__local__/mlflow-session"
_MOVE_ON = '<!doctype html><meta http-equiv="refresh" content="0;url=/"><a href="/">MLflow</a>'


class CodeRequest(BaseModel):
    """For whom a sign-in code is made, and for how long it and what it becomes are good."""

    user_name: str
    lifetime_seconds: int = SECONDS_VALID
    token_lifetime_seconds: int = TOKEN_SECONDS


class OpenCode(BaseModel):
    """A code that was not used yet, without the code."""

    code_id: str
    user_name: str
    created_by: str
    created_at: datetime
    expires_at: datetime


class NewCode(OpenCode):
    """What the admin passes on."""

    code: str


class OpenCodes(BaseModel):
    """The codes that were not used yet, the newest first."""

    sign_in_codes: list[OpenCode]


class AccessToken(BaseModel):
    """The answer of an OAuth token endpoint."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int


class Link(BaseModel):
    """An address to open in a browser within an hour."""

    url: str


@router.post("/__local__/sign-in-codes")
async def create_sign_in_code(request: Request, body: CodeRequest, caller: Admin) -> NewCode:
    """Make a code with which a person signs in once."""
    stores = access_stores(request)
    person = stores.principals.find_by_name(body.user_name)
    if person is None or person.kind != "user":
        raise NotFound(f"There is no user {body.user_name!r}.")
    if min(body.lifetime_seconds, body.token_lifetime_seconds) <= 0:
        raise InvalidParameter("A code, and the token it becomes, last for some seconds at least.")
    secret, code = stores.sign_in_codes.create(
        person,
        created_by=caller.name,
        seconds_valid=body.lifetime_seconds,
        token_seconds=body.token_lifetime_seconds,
    )
    return NewCode(code=secret, **_open_code(code, person.name).model_dump())


@router.get("/__local__/sign-in-codes")
async def list_sign_in_codes(request: Request, _: Admin) -> OpenCodes:
    """List the codes that were not used yet."""
    stores = access_stores(request)
    return OpenCodes(
        sign_in_codes=[
            _open_code(code, stores.principals.get(code.principal_id).name)
            for code in stores.sign_in_codes.open()
        ]
    )


@router.delete("/__local__/sign-in-codes/{code_id}")
async def withdraw_sign_in_code(request: Request, code_id: str, _: Admin) -> dict[str, str]:
    """Make a code useless before somebody uses it."""
    access_stores(request).sign_in_codes.withdraw(code_id)
    return {}


@router.post("/oidc/v1/token")
async def redeem_sign_in_code(
    request: Request,
    response: Response,
    grant_type: Annotated[Literal["authorization_code"], Form()],
    code: Annotated[str, Form(max_length=200)],
) -> AccessToken:
    """Turn a sign-in code into a token of the person it was made for."""
    stores = access_stores(request)
    caller = request.client.host if request.client else ""
    redeemed = stores.sign_in_codes.redeem(code, caller)
    secret, _ = stores.tokens.issue(
        stores.principals.get(redeemed.principal_id),
        comment="Signed in with a code",
        lifetime_seconds=redeemed.token_seconds,
    )
    response.headers["Cache-Control"] = "no-store"
    return AccessToken(access_token=secret, expires_in=redeemed.token_seconds)


@router.post("/__local__/mlflow-links")
async def create_mlflow_link(request: Request, caller: MlflowUser) -> Link:
    """Make a link that opens the MLflow UI in a browser, for a caller who may use it."""
    code = access_stores(request).browser_sessions.create_link_code(caller)
    # The host is the one the caller itself reached us by, and only the caller sees the answer.
    base = f"{request.url.scheme}://{request.url.netloc}"
    return Link(url=f"{base}{_SESSION_PATH}?{urlencode({'code': code})}")


@router.get(_SESSION_PATH)
async def open_mlflow_session(request: Request, code: str) -> Response:
    """Open the browser's session and move on to the MLflow UI."""
    secret = access_stores(request).browser_sessions.open(code)
    response: Response = RedirectResponse("/", status_code=303)
    if request.headers.get("sec-fetch-site") == "cross-site":
        # A redirect still counts as the other site's request, on which browsers withhold a
        # strict cookie (an app opened as localhost, a workspace as 127.0.0.1). A page does not.
        response = HTMLResponse(_MOVE_ON)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_cookie(
        MLFLOW_COOKIE,
        secret,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def _open_code(code: SignInCode, user_name: str) -> OpenCode:
    return OpenCode(
        code_id=code.id,
        user_name=user_name,
        created_by=code.created_by,
        created_at=datetime.fromtimestamp(code.created_at, UTC),
        expires_at=datetime.fromtimestamp(code.expires_at, UTC),
    )
