"""The app's entry, an ASGI application: `streamlit run app.py` or `uvicorn app:app`.

Around the Streamlit script it puts what a script cannot do: headers, health, the two addresses that
set and remove the cookie with the visitor's personal token, and those large files come from.
"""

from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from backend import services
from backend.errors import LinkRefused, ReviewAppError
from backend.identity import SignIn, redeem
from backend.settings import Settings
from components import boundary
from components.browser_policy import BrowserPolicy
from components.log_export import route as log_export_route
from components.notice_page import local_path, notice
from components.session import COOKIE, Services
from components.trace_view import route as trace_route

# Neither the code in the address nor the answer to it may stay in a cache.
NOT_STORED = {"Cache-Control": "no-store"}


async def healthz(_request: Request) -> Response:
    """Say that the app is up; asks nobody else."""
    return JSONResponse({"status": "ok"})


async def chat(request: Request) -> Response:
    """Lead to the chat, which Streamlit knows without a name because it is the first page."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/", status_code=307)


async def sign_in(request: Request) -> Response:
    """Exchange the code of a sign-in link for a token, which only the cookie holds from then on."""
    if request.method == "HEAD":
        # Mail and chat programs look at links this way, which must not use up the code.
        return Response(headers=NOT_STORED)
    code = request.query_params.get("code", "")
    onward = local_path(request.query_params.get("next", ""))
    try:
        signed_in = await run_in_threadpool(_redeem, code)
    except ReviewAppError as error:
        status = 403 if isinstance(error, LinkRefused) else 503
        page = notice("You are not signed in", error.sentence, error.advice, onward=onward)
        return HTMLResponse(page, status, NOT_STORED)
    response = RedirectResponse(onward, status_code=303, headers=NOT_STORED)
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=signed_in.valid_seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


async def sign_out(_request: Request) -> Response:
    """Forget the visitor on this browser."""
    response = RedirectResponse("/", status_code=303, headers=NOT_STORED)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


def _redeem(code: str) -> SignIn:
    if not code:
        raise LinkRefused
    return redeem(Settings.from_environment().host, code)


def _connect(token: str) -> Services:
    return services.connect(Settings.from_environment(), token)


SHELL = Path(__file__).resolve().parent / "components" / "shell.py"
ROUTES = [
    Route("/healthz", healthz),
    Route("/chat", chat),
    Route("/sign-in", sign_in),
    Route("/sign-out", sign_out),
    Route(log_export_route.PATH, log_export_route.route(_connect)),
    Route(trace_route.PATH, trace_route.route(_connect)),
]
MIDDLEWARE = [
    Middleware(BrowserPolicy),
    # Streamlit sends its own scripts uncompressed: 2.9 MB on a first visit instead of 1.3.
    Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
]
app = st.App(SHELL, routes=ROUTES, middleware=MIDDLEWARE, on_script_error=boundary.show)
