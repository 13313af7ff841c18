"""The address a trace is downloaded from as JSON: `/export/traces/{trace_id}`.

It is sent as it is read, so a trace of any size takes no memory here. Who asks is told by the
cookie alone, and the workspace decides whether that person may read it.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from backend.errors import NotAllowed, NotFound, ReviewAppError, SignInNeeded
from components.notice_page import notice
from components.session import COOKIE, Services
from components.trace_search import addresses

PATH = "/export/traces/{trace_id}"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_STATUS: dict[type[ReviewAppError], int] = {SignInNeeded: 401, NotAllowed: 403, NotFound: 404}
# Browsers say where a request comes from: this site, or the person's own typing.
_WELCOME = ("", "same-origin", "none")


def address(trace_id: str) -> str:
    """Return where a trace is downloaded."""
    return PATH.format(trace_id=quote(trace_id, safe=""))


def route(connect: Callable[[str], Services]) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers at the address; `connect` opens the workspace for a token."""

    async def answer(request: Request) -> Response:
        """Send the file, or a page that says why not."""
        trace_id = request.path_params["trace_id"]
        try:
            if request.headers.get("sec-fetch-site", "") not in _WELCOME:
                raise NotAllowed("Another site has led your browser here.")
            if request.method == "HEAD":
                return Response(headers=_HEADERS)
            token = request.cookies.get(COOKIE)
            if not token:
                raise SignInNeeded
            parts = await run_in_threadpool(_begin, connect, token, trace_id)
        except ReviewAppError as problem:
            codes = (code for kind, code in _STATUS.items() if isinstance(problem, kind))
            onward = addresses.of_trace(trace_id)
            page = notice("Nothing was downloaded", problem.sentence, onward=onward)
            return HTMLResponse(page, next(codes, 503), _HEADERS)
        name = re.sub(r"[^A-Za-z0-9_-]", "_", trace_id)[:100]
        told = {"Content-Disposition": f'attachment; filename="trace-{name}.json"'}
        return StreamingResponse(parts, media_type="application/json", headers=_HEADERS | told)

    return answer


def _begin(connect: Callable[[str], Services], token: str, trace_id: str) -> Iterator[bytes]:
    services = connect(token)
    return services.trace_reading.whole(services.identity.viewer(), trace_id)
