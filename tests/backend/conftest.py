"""A workspace of a few lines on a free port, which answers as told and remembers what it got."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

with warnings.catch_warnings():
    # MLflow 3.17 warns about its own type hints when this is imported, and means to suppress it.
    warnings.filterwarnings("ignore", ".*Any type hint is inferred as AnyType", UserWarning)
    import mlflow.types.responses  # noqa: F401


@dataclass
class Loopback:
    """`answers` maps "METHOD /path" to (status, body); everything else does not exist."""

    address: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    received: list[tuple[str, Any]] = field(default_factory=list)

    def sent(self, request: str) -> Any:
        """Return the body of the one request of this kind."""
        (body,) = [body for received, body in self.received if received == request]
        return body

    def answer(self, request: str, body: str, is_json: bool) -> tuple[int, Any]:
        """Remember a request and say what was prepared for it."""
        self.received.append((request, json.loads(body) if body and is_json else body))
        missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"No {request}."}
        return self.answers.get(request, (404, missing))


@pytest.fixture
def workspace() -> Iterator[Loopback]:
    """Run one for the length of a test."""
    loopback = Loopback()
    loopback.answers["GET /.well-known/databricks-config"] = (200, {"workspace_id": "42"})

    class Handler(BaseHTTPRequestHandler):
        def _answer(self):
            request = f"{self.command} {self.path.partition('?')[0]}"
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            is_json = "json" in self.headers.get("Content-Type", "")
            status, answer = loopback.answer(request, body, is_json)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815

        def log_message(self, *_args):
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        loopback.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield loopback
        server.shutdown()
        thread.join()
