"""A server that streams what a test wants, piece by piece, and knows when its caller has left."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INVOCATIONS = "/serving-endpoints/chain/invocations"
HEADERS = {"X-Request-Id": "r-1", "served-model-name": "chain_3"}


@dataclass
class Wire:
    """What is answered: documents to GET, and one script to every POST."""

    address: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    # Bytes are sent as one chunk; a number is a pause; None cuts the connection.
    script: list[bytes | float | None] = field(default_factory=list)
    is_chunked: bool = True
    # Nothing is answered at all; the handler waits for its caller to leave.
    is_silent: bool = False
    received: list[tuple[str, Any, dict[str, str]]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    caller_left: threading.Event = field(default_factory=threading.Event)

    @property
    def posted(self) -> list[tuple[str, Any, dict[str, str]]]:
        return [each for each in self.received if each[0].endswith("invocations")]


class _Server(ThreadingHTTPServer):
    def __init__(self, wire: Wire) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wire = wire


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        told = self.server.wire
        told.received.append((self.path, None, dict(self.headers)))
        found = told.documents.get(self.path)
        missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No."}
        content = json.dumps(missing if found is None else found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        told = self.server.wire
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told.received.append((self.path, json.loads(body), dict(self.headers)))
        self.close_connection = True
        try:
            self._play(told)
        except OSError:
            told.caller_left.set()

    def _play(self, told):
        if told.is_silent:
            self.connection.settimeout(5)
            told.arrived.set()
            if not self.connection.recv(1):
                told.caller_left.set()
            return
        self.send_response(told.status)
        kind = {"Content-Type": "text/event-stream"} if told.status == 200 else {}
        how = {"Transfer-Encoding": "chunked"} if told.is_chunked else {}
        for name, value in (kind | how | HEADERS | told.headers).items():
            self.send_header(name, value)
        self.end_headers()
        for piece in told.script:
            if piece is None:
                return
            if isinstance(piece, float):
                time.sleep(piece)
            else:
                self.wfile.write(_framed(piece) if told.is_chunked else piece)
        if told.is_chunked:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_args):
        """Keep the test's output clean."""


@contextmanager
def listening() -> Iterator[Wire]:
    """Run one on a free port."""
    wire = Wire()
    with _Server(wire) as server:
        wire.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield wire
        server.shutdown()
        thread.join()


def _framed(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def event(document) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def text(piece) -> bytes:
    return event({"choices": [{"index": 0, "delta": {"content": piece}}]})


END = [
    event({"choices": [], "databricks_output": {"databricks_request_id": "r-2"}}),
    b"data: [DONE]\n\n",
]
BROKE = {
    "error_code": "BAD_REQUEST",
    "message": "The model raised ValueError: no luck",
    "error": {"message": "no luck", "code": "BAD_REQUEST"},
    "databricks_output": {"databricks_request_id": "r-2"},
}


def refuse(wire, status, body, **headers):
    wire.status, wire.script, wire.headers = status, [json.dumps(body).encode()], headers
