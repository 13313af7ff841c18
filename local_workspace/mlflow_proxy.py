"""Carries a request to the MLflow server and the answer back, without ever holding a body.

It knows HTTP, both ways. It must not know who is asking, nor whether they may.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from urllib.parse import quote

import aiohttp
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from yarl import URL

from local_workspace.errors import InvalidParameter, NotImplementedHere, UpstreamUnavailable
from local_workspace.mlflow_server import MlflowServer
from local_workspace.trace_export.on_demand import OnDemand

_logger = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=300)
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
# The caller's credentials are ours to check and nobody else's to see; where a browser stands is
# checked before we come; and an address in a header must not make MLflow believe anything.
_NOT_FORWARDED = _HOP_BY_HOP | {
    "authorization",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "origin",
    "x-real-ip",
}
# Below these, MLflow's pages of HTML for what it does not know are no answer to a client.
_FOR_CLIENTS = ("/api/", "/ajax-api/", "/gateway/", "/v1/", "/__local__/")
# MLflow lets every page on this machine read its answers (CORS for localhost); we do not.
_NOT_RETURNED = _HOP_BY_HOP | {"date", "server", "set-cookie"}


class MlflowProxy:
    """One pool of connections to the MLflow server; close it at the end."""

    def __init__(self, server: MlflowServer, on_demand: OnDemand | None = None) -> None:
        self._server = server
        self._on_demand = on_demand
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session:
            await self._session.close()

    async def forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Relay one request until it is done or the caller hangs up, whichever comes first."""
        self._server.check_running()
        if self._on_demand:
            receive = await self._on_demand.before(scope, receive)
        body = _RequestBody(Headers(scope=scope), receive)
        relay = asyncio.ensure_future(self._relay(scope, body, send))
        hang_up = asyncio.ensure_future(body.hang_up())
        try:
            await asyncio.wait({relay, hang_up}, return_when=asyncio.FIRST_COMPLETED)
            if relay.done():
                relay.result()
        finally:
            relay.cancel()
            hang_up.cancel()
            await asyncio.gather(relay, hang_up, return_exceptions=True)

    async def _relay(self, scope: Scope, body: "_RequestBody", send: Send) -> None:
        answer = await self._answer(scope, body)
        async with answer:
            _check_known(scope, answer)
            headers = _returned_headers(answer, self._server.base_url)
            start = {"type": "http.response.start", "status": answer.status, "headers": headers}
            await send(start)
            try:
                async for chunk in answer.content.iter_any():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except (aiohttp.ClientError, TimeoutError):
                # Too late for a sentence: an answer that is cut off is what the caller must see.
                _logger.warning("MLflow broke off an answer to %s", scope["path"])
                return
            await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope, body: "_RequestBody") -> aiohttp.ClientResponse:
        try:
            return await self._open_session().request(
                scope["method"],
                URL(self._server.base_url + _target(scope), encoded=True),
                headers=_forwarded_headers(Headers(scope=scope), self._server.authorization),
                data=body.chunks() if body.exists else None,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UpstreamUnavailable("The MLflow server does not answer.") from error

    def _open_session(self) -> aiohttp.ClientSession:
        # Made by the first request, because it belongs to the running event loop.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=10),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=_TIMEOUT,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                read_bufsize=_CHUNK,
            )
        return self._session


class _RequestBody:
    """What the caller sends: first the chunks, then nothing until it hangs up."""

    def __init__(self, headers: Headers, receive: Receive) -> None:
        self.exists = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        self._receive = receive
        self._read = asyncio.Event()
        if not self.exists:
            self._read.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes in."""
        more = True
        try:
            while more:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionResetError
                if message.get("body"):
                    yield message["body"]
                more = message.get("more_body", False)
        finally:
            self._read.set()

    async def hang_up(self) -> None:
        """Return when the caller is gone; only then is there anything left to receive."""
        await self._read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            continue


def _check_known(scope: Scope, answer: aiohttp.ClientResponse) -> None:
    path: str = scope["path"]
    if answer.status not in (404, 405) or answer.content_type != "text/html":
        return
    if path.startswith(_FOR_CLIENTS):
        raise NotImplementedHere(f"MLflow does not implement {scope['method']} {path}.")


def _target(scope: Scope) -> str:
    # As it was sent: decoding and encoding again would turn %2F in an artifact's name into a /.
    if any(segment in (".", "..") for segment in scope["path"].split("/")):
        raise InvalidParameter("A path may not contain '.' or '..' segments.")
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _forwarded_headers(headers: Headers, authorization: str | None) -> list[tuple[str, str]]:
    named = {name.strip().lower() for name in headers.get("connection", "").split(",")}
    dropped = _NOT_FORWARDED | named
    passed = [item for item in headers.items() if _may_pass(item[0], dropped, "x-forwarded-")]
    return [*passed, ("authorization", authorization)] if authorization else passed


def _returned_headers(answer: aiohttp.ClientResponse, base_url: str) -> list[tuple[bytes, bytes]]:
    own = base_url.encode()
    return [
        (name.lower(), value.removeprefix(own) if name.lower() == b"location" else value)
        for name, value in answer.raw_headers
        if _may_pass(name.decode("latin-1").lower(), _NOT_RETURNED, "access-control-")
    ]


def _may_pass(name: str, dropped: Collection[str], dropped_prefix: str) -> bool:
    return name not in dropped and not name.startswith(dropped_prefix)
