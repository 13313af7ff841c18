"""Counts what the served versions do, for `GET …/metrics` in Prometheus' text format."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_LABELS = ("endpoint_name", "served_entity_name")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class EndpointMetrics:
    """The counters of one endpoint, per served version."""

    def __init__(self, endpoint_name: str) -> None:
        self._endpoint = endpoint_name
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
        labels = (self._endpoint, served_name)
        self._requests.labels(*labels).inc()
        self._latency.labels(*labels).observe(seconds)
        if failed:
            self._errors.labels(*labels).inc()

    def restarted(self, served_name: str) -> None:
        """Count one restart of a crashed process."""
        self._restarts.labels(self._endpoint, served_name).inc()

    def load(self, served_name: str, in_flight: int, queued: int) -> None:
        """Record how busy the version is at this moment."""
        self._in_flight.labels(self._endpoint, served_name).set(in_flight)
        self._queued.labels(self._endpoint, served_name).set(queued)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, help_text: str) -> Counter:
        return Counter(name, help_text, _LABELS, registry=self._registry)

    def _gauge(self, name: str, help_text: str) -> Gauge:
        return Gauge(name, help_text, _LABELS, registry=self._registry)
