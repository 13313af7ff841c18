"""The address a file of recorded requests is downloaded from: `/export/requests/{id}`.

The id is made on a page for one person and works once, so no other site can know an address that
would make somebody's browser begin an export. Who asks is told by the cookie alone.
"""

from collections.abc import Awaitable, Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from backend.errors import (
    NotAllowed,
    NotFound,
    NotOffered,
    Refused,
    ReviewAppError,
    SignInNeeded,
    TooManyRequests,
)
from backend.log_export.exports import Download
from components.notice_page import notice
from components.session import COOKIE, Services

PATH = "/export/requests/{id}"
_ONWARD = "/request_logs"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_STATUS: dict[type[ReviewAppError], int] = {
    SignInNeeded: 401,
    NotAllowed: 403,
    NotFound: 404,
    Refused: 409,
    NotOffered: 409,
    TooManyRequests: 429,
}
# Browsers say where a request comes from: this site, or the person's own typing.
_WELCOME = ("", "same-origin", "none")
_FROM_ELSEWHERE = NotAllowed("Another site has led your browser here, so nothing was downloaded.")


def route(connect: Callable[[str], Services]) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers at the address; `connect` opens the workspace for a token."""

    async def answer(request: Request) -> Response:
        """Send the file, or a page that says why not."""
        try:
            _check_where_it_comes_from(request)
            if request.method == "HEAD":
                return Response(headers=_HEADERS)
            token = request.cookies.get(COOKIE)
            if not token:
                raise SignInNeeded
            export_id = request.path_params["id"]
            return Sending(await run_in_threadpool(_begin, connect, token, export_id))
        except ReviewAppError as problem:
            return _said(problem)

    return answer


class Sending(Response):
    """Sends a file as it is made, off the event loop, and no faster than the browser takes it."""

    def __init__(self, download: Download) -> None:
        super().__init__(media_type="application/zip", headers=_HEADERS)
        # A name of plain letters; see `exports`.
        self.headers["Content-Disposition"] = f'attachment; filename="{download.file_name}"'
        # How long it will be nobody knows.
        del self.headers["Content-Length"]
        self._download = download

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send it all; when the browser leaves, what the warehouse does for it ends as well.

        What is raised meanwhile ends the connection in the middle: a browser knows then that the
        file is not whole.
        """
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._watch, receive, tasks.cancel_scope)
                await self._send(send)
                tasks.cancel_scope.cancel()
        except ExceptionGroup as group:
            # Only one of the two can fail, and servers and their logs know it by itself.
            raise group.exceptions[0] from None
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._download.close)

    async def _watch(self, receive: Receive, tasks: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._download.stop()
        tasks.cancel()

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        while (part := await run_in_threadpool(next, self._download.parts, None)) is not None:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _check_where_it_comes_from(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "") not in _WELCOME:
        raise _FROM_ELSEWHERE


def _begin(connect: Callable[[str], Services], token: str, export_id: str) -> Download:
    services = connect(token)
    return services.log_export.begin(services.identity.viewer(), export_id)


def _said(problem: ReviewAppError) -> Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 503)
    advice = "" if isinstance(problem, NotFound) else problem.advice
    sentences = [problem.sentence, *([advice] if advice else [])]
    page = notice("Nothing was downloaded", *sentences, onward=_ONWARD)
    return HTMLResponse(page, status, _HEADERS)
