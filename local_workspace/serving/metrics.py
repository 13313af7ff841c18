"""Counts what the served versions do, for `GET …/metrics` in Prometheus' text format."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_LABELS = ("endpoint_name", "served_entity_name")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


@dataclass(frozen=True)
class _VersionMetrics:
    """One served version's own counters, looked up once and not at every request."""

    requests: Counter
    errors: Counter
    restarts: Counter
    latency: Histogram
    in_flight: Gauge
    queued: Gauge


class EndpointMetrics:
    """The counters of one endpoint, per served version."""

    def __init__(self, endpoint_name: str) -> None:
        self._endpoint = endpoint_name
        self._versions: dict[str, _VersionMetrics] = {}
        self._registry = CollectorRegistry()
        self._requests = self._counter("request_count", "Requests answered or refused")
        self._errors = self._counter("request_error_count", "Requests that failed")
        self._restarts = self._counter("restart_count", "Model processes restarted after a crash")
        self._latency = Histogram(
            "request_latency_seconds",
            "Time from request to end of answer",
            _LABELS,
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._in_flight = self._gauge("requests_in_flight", "Requests a model is working on")
        self._queued = self._gauge("requests_queued", "Requests waiting for a free place")

    def finished(self, served_name: str, seconds: float, *, failed: bool) -> None:
        """Count one request."""
        version = self._of(served_name)
        version.requests.inc()
        version.latency.observe(seconds)
        if failed:
            version.errors.inc()

    def restarted(self, served_name: str) -> None:
        """Count one restart of a crashed process."""
        self._of(served_name).restarts.inc()

    def load(self, served_name: str, in_flight: int, queued: int) -> None:
        """Record how busy the version is at this moment."""
        version = self._of(served_name)
        version.in_flight.set(in_flight)
        version.queued.set(queued)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def _of(self, served_name: str) -> _VersionMetrics:
        if served_name not in self._versions:
            labels = (self._endpoint, served_name)
            self._versions[served_name] = _VersionMetrics(
                self._requests.labels(*labels),
                self._errors.labels(*labels),
                self._restarts.labels(*labels),
                self._latency.labels(*labels),
                self._in_flight.labels(*labels),
                self._queued.labels(*labels),
            )
        return self._versions[served_name]

    def _counter(self, name: str, help_text: str) -> Counter:
        return Counter(name, help_text, _LABELS, registry=self._registry)

    def _gauge(self, name: str, help_text: str) -> Gauge:
        return Gauge(name, help_text, _LABELS, registry=self._registry)
