"""Counters of an endpoint, as Prometheus reads them."""

from prometheus_client.parser import text_string_to_metric_families

from local_workspace.serving.metrics import EndpointMetrics


def samples(metrics):
    """Return the value of each sample by its name and served version, without the buckets."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, sample.labels["served_entity_name"]): sample.value
        for family in families
        for sample in family.samples
        if "le" not in sample.labels and not sample.name.endswith("_created")
    }


def test_requests_are_counted_per_served_version():
    """Each version has its own number of requests, errors and seconds."""
    metrics = EndpointMetrics("chain")
    metrics.finished("v1", 0.5, failed=False)
    metrics.finished("v1", 1.5, failed=True)
    metrics.finished("v2", 0.1, failed=False)

    values = samples(metrics)
    assert values["request_count_total", "v1"] == 2
    assert values["request_count_total", "v2"] == 1
    assert values["request_error_count_total", "v1"] == 1
    assert values["request_error_count_total", "v2"] == 0
    assert values["request_latency_seconds_sum", "v1"] == 2.0
    assert values["request_latency_seconds_count", "v1"] == 2


def test_load_shows_the_last_moment():
    """How busy a version is, is not added up."""
    metrics = EndpointMetrics("chain")
    metrics.load("v1", in_flight=5, queued=2)
    metrics.load("v1", in_flight=1, queued=0)

    values = samples(metrics)
    assert values["requests_in_flight", "v1"] == 1
    assert values["requests_queued", "v1"] == 0


def test_restarts_are_counted():
    """A crash loop is visible."""
    metrics = EndpointMetrics("chain")
    metrics.restarted("v1")
    metrics.restarted("v1")

    assert samples(metrics)["restart_count_total", "v1"] == 2


def test_endpoints_count_apart():
    """Two endpoints in one process share no counter, and each is labelled with its name."""
    first, second = EndpointMetrics("first"), EndpointMetrics("second")
    first.finished("v1", 1, failed=False)

    assert samples(second) == {}
    assert b'endpoint_name="first"' in first.text()
