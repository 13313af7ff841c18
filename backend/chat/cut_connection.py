"""An HTTP session that can be cut off from another thread, also while nothing has come back yet.

`requests` gives its response away when the headers are there; a chain may think for minutes
before that, and somebody who stops it must not wait for them.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool


class CutConnection(ConnectionError):
    """Nobody wants the answer any more."""


class CuttableSession(requests.Session):
    """A session for one request; once it is cut it sends nothing any more."""

    def __init__(self) -> None:
        super().__init__()
        self._line = _Line()
        self.mount("https://", self._line)
        self.mount("http://", self._line)

    def cut(self) -> None:
        """End what is under way, and wake the thread that waits for it."""
        self._line.cut()


class _Line(HTTPAdapter):
    """Knows the connections it has made."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._connections: list[HTTPConnection] = []
        self._is_cut = False

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = pool.ConnectionCls
        # The pool calls it to make a connection, and asks nothing else of it.
        pool.ConnectionCls = partial(self._connection, kind)
        connections: HTTPConnectionPool = pool
        return connections

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            sockets = [each.sock for each in self._connections if each.sock is not None]
        for each in sockets:
            # It may have been closed at this moment.
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _connection(self, kind: Callable[..., Any], *args: Any, **kwargs: Any) -> HTTPConnection:
        connection: HTTPConnection = kind(*args, **kwargs)
        connect = connection.connect

        def connect_unless_cut() -> None:
            connect()
            with self._lock:
                if self._is_cut:
                    raise CutConnection
                self._connections.append(connection)

        connection.connect = connect_unless_cut  # type: ignore[method-assign]
        return connection
