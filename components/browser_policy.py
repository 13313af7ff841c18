"""What browsers may do with the app's pages: ASGI middleware that sends the headers saying so."""

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The one inline script of Streamlit 1.67's index.html; a test fails when an upgrade changes it.
STREAMLIT_INLINE_SCRIPT = "sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA="

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        # An answer that names a picture on another host would otherwise tell that host about it.
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        f"script-src 'self' blob: '{STREAMLIT_INLINE_SCRIPT}'",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
# Streamlit's own figures, open to everybody by default.
CLOSED_PATHS = {"/_stcore/metrics"}


class BrowserPolicy:
    """Adds the headers to every response and answers 404 for what nobody outside needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; websockets untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        closed = scope["path"].rstrip("/") in CLOSED_PATHS
        app = PlainTextResponse("Not found", 404) if closed else self._app
        await app(scope, receive, send_with_headers)
