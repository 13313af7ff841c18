"""What crosses the boundary between a benchmark and its load generator, as JSON."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """A server and how one question is put to it."""

    port: int
    path: str
    token: str = ""

    def request(self, body: str) -> str:
        """Return the whole request as it goes over the wire."""
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Content-Type: application/json",
            f"Content-Length: {len(body.encode())}",
        ]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        return "\r\n".join([*lines, "", body])


@dataclass(frozen=True)
class LoadSpec:
    """Who is asked what, by how many at once, for how long."""

    port: int
    request: str
    clients: int
    seconds: float
    warm_up_seconds: float = 0.5
    streamed: bool = False
    # How far apart one client's questions are; 0: the next one when the answer is there.
    every_seconds: float = 0.0


@dataclass(frozen=True)
class LoadResult:
    """What the clients saw after the warm-up."""

    seconds: float
    milliseconds: list[float]
    failures: dict[str, int] = field(default_factory=dict)
    # How many answers came from each served version, as the gateway says in a header.
    answered_by: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Return how many requests were answered per second."""
        return len(self.milliseconds) / self.seconds
