"""Bodies of any size pass through the gateway without being held, byte for byte."""

import contextlib
import gzip
import http.client
import http.server
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest

_MEGABYTE = 1_000_000
_ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"


def test_large_artifact_passes_at_constant_memory(mlflow_gateway):
    """64 MB up and down again cost the gateway no more than its buffers."""
    gateway, path = mlflow_gateway, f"{_ARTIFACTS}/large.bin"
    chunk = bytes(range(256)) * (_MEGABYTE // 256)
    size = 64 * len(chunk)
    gateway.call("PUT", f"{_ARTIFACTS}/first.bin", gateway.admin_token, data=b"warm")

    with rising_memory(gateway.pid) as rise:
        body = itertools.repeat(chunk, 64)
        stored = gateway.call("PUT", path, gateway.admin_token, data=body)
        received = 0
        with gateway.call("GET", path, gateway.admin_token, stream=True) as answer:
            for part in answer.iter_content(_MEGABYTE):
                received += len(part)

    assert (stored.status_code, received) == (200, size)
    assert rise() < 20 * _MEGABYTE


def test_upload_that_breaks_off_stores_nothing(mlflow_gateway):
    """A caller that hangs up half-way takes the request to MLflow down with it."""
    gateway, path = mlflow_gateway, f"{_ARTIFACTS}/half.bin"
    host = urlsplit(gateway.url)
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Length: 1000000\r\n"
        f"Authorization: Bearer {gateway.admin_token}\r\n\r\n"
    )

    with socket.create_connection((host.hostname, host.port)) as caller:
        caller.sendall(head.encode() + b"x" * 500_000)
        time.sleep(0.5)

    assert gateway.call("GET", path, gateway.admin_token).status_code == 404


def test_path_is_forwarded_as_it_was_sent(mlflow_gateway):
    """Spaces, umlauts, percent signs and a literal + keep their meaning."""
    gateway = mlflow_gateway
    for name in ("a%20b.txt", "%C3%BC.txt", "100%25.txt", "a+b.txt", "semi%3Bcolon.txt"):
        path = f"{_ARTIFACTS}/names/{name}"
        assert gateway.call("PUT", path, gateway.admin_token, data=name).status_code == 200
        assert gateway.call("GET", path, gateway.admin_token).text == name

    listed = gateway.call("GET", f"{_ARTIFACTS}?path=names", gateway.admin_token).json()
    names = {each["path"] for each in listed["files"]}
    assert names == {"a b.txt", "ü.txt", "100%.txt", "a+b.txt", "semi;colon.txt"}


@pytest.mark.parametrize(
    "path",
    [
        f"{_ARTIFACTS}/../../x",
        f"{_ARTIFACTS}/%2e%2e/%2e%2e/x",
        f"{_ARTIFACTS}/..%2fx",
        "/api/2.0/mlflow/../../health",
        "/static-files/../mlflow.db",
    ],
)
def test_path_that_climbs_is_refused(mlflow_gateway, path):
    """No dot segment reaches MLflow, or a proxy in front of one elsewhere."""
    connection = http.client.HTTPConnection(urlsplit(mlflow_gateway.url).netloc)
    with contextlib.closing(connection):
        headers = {"Authorization": f"Bearer {mlflow_gateway.admin_token}"}
        connection.request("GET", path, headers=headers)

        assert connection.getresponse().status == 400


class Upstream(http.server.BaseHTTPRequestHandler):
    """Somebody else's MLflow: records what it gets and answers what the path says."""

    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        self.seen.append({"path": self.path} | {k.lower(): v for k, v in self.headers.items()})
        action = self.path.rpartition("/")[2].partition("?")[0]
        getattr(self, f"answer_{action}")()

    def answer_gzip(self) -> None:
        body = gzip.compress(b"hello")
        self.answer(body, {"Content-Encoding": "gzip"})

    def answer_headers(self) -> None:
        self.answer(
            b"{}",
            {
                "Set-Cookie": "session=theirs",
                "Access-Control-Allow-Origin": "http://localhost:3000",
                "X-Frame-Options": "SAMEORIGIN",
            },
        )

    def answer_broken(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def answer_slow(self) -> None:
        self.seen[-1]["ended"] = "no"
        self.connection.settimeout(20)
        # Returns nothing as soon as the other side closes.
        self.seen[-1]["ended"] = str(self.connection.recv(1))

    def answer(self, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A running server elsewhere and the requests it has seen."""
    Upstream.seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/base", Upstream.seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def remote_gateway(start_gateway, upstream):
    """A gateway before that server."""
    with start_gateway(MLFLOW_URL=upstream[0], MLFLOW_TRACKING_TOKEN="upstream") as (gateway, _):
        yield gateway


def test_credentials_of_the_caller_go_no_further(remote_gateway, upstream):
    """MLflow sees the workspace's credentials and nothing that claims another address."""
    headers = {
        "Cookie": "a=b",
        "X-Forwarded-For": "10.0.0.1",
        "Forwarded": "for=10.0.0.1",
        "Connection": "x-private, keep-alive",
        "X-Private": "1",
        "X-Kept": "2",
    }

    remote_gateway.call(
        "GET", "/ajax-api/headers?a=%2F&b", remote_gateway.admin_token, headers=headers
    )

    seen = upstream[1][-1]
    assert seen["path"] == "/base/ajax-api/headers?a=%2F&b"
    assert (seen["authorization"], seen["x-kept"]) == ("Bearer upstream", "2")
    assert not seen.keys() & {"cookie", "x-forwarded-for", "forwarded", "x-private"}


def test_answer_keeps_its_headers_but_sets_no_cookie_and_opens_to_no_site(remote_gateway):
    """MLflow may protect its pages; it may not weaken the workspace's address."""
    answer = remote_gateway.call("GET", "/ajax-api/headers", remote_gateway.admin_token)

    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert not {"set-cookie", "access-control-allow-origin"} & {n.lower() for n in answer.headers}


def test_compressed_answer_is_passed_on_untouched(remote_gateway):
    """Nothing is unpacked on the way."""
    token = remote_gateway.admin_token
    with remote_gateway.call("GET", "/ajax-api/gzip", token, stream=True) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(answer.raw.read(decode_content=False)) == b"hello"


def test_answer_that_breaks_off_is_not_passed_on_as_complete(remote_gateway):
    """The caller sees that something is missing."""
    connection = http.client.HTTPConnection(urlsplit(remote_gateway.url).netloc)
    with contextlib.closing(connection):
        headers = {"Authorization": f"Bearer {remote_gateway.admin_token}"}
        connection.request("GET", "/ajax-api/broken", headers=headers)
        answer = connection.getresponse()

        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()


def test_caller_that_hangs_up_ends_the_request_to_mlflow(remote_gateway, upstream, wait_until):
    """A search nobody waits for holds no connection."""
    connection = http.client.HTTPConnection(urlsplit(remote_gateway.url).netloc)
    headers = {"Authorization": f"Bearer {remote_gateway.admin_token}"}
    connection.request("GET", "/ajax-api/slow", headers=headers)
    wait_until(lambda: upstream[1][-1].get("ended") == "no")

    connection.close()

    wait_until(lambda: upstream[1][-1]["ended"] == "b''", 10)


def test_server_that_is_not_there_is_said_not_to_answer(start_gateway):
    """502 with a sentence: not 503, which clients repeat for minutes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with start_gateway(MLFLOW_URL=f"http://127.0.0.1:{port}") as (gateway, _):
        answer = gateway.call("GET", "/version", gateway.admin_token)

    assert (answer.status_code, answer.json()["error_code"]) == (502, "UPSTREAM_UNAVAILABLE")


@contextlib.contextmanager
def rising_memory(pid: int):
    """Watch a process and tell by how much its memory rose at most."""
    process, stop = psutil.Process(pid), threading.Event()
    before = highest = process.memory_info().rss

    def watch() -> None:
        nonlocal highest
        while not stop.wait(0.02):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield lambda: highest - before
    stop.set()
    watcher.join()
