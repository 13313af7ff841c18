"""What many trials add up to."""

import pytest

from backend.endpoint_tests.figures import Sample, by_second, errors_of, figures, of_samples


def sample(at, latency=100.0, error=""):
    return Sample(at, latency, None if error == "GONE" else 200, error, "chain_1")


def test_percentiles_are_those_of_sql():
    """Between two values where the share falls there, as `percentile` tells it."""
    found = figures([400, 100, 300, 200], failed=0, seconds=2)

    assert (found.p50_ms, found.p95_ms, found.max_ms) == (250, pytest.approx(385), 400)
    assert found.mean_ms == 250


def test_failures_make_nothing_faster():
    """They count in the success rate, not in the latencies, and are no throughput."""
    found = of_samples([sample(1, 100), sample(1, 1, "GONE"), sample(2, 200)], 2.0)

    assert (found.requests, found.failed) == (3, 1)
    assert found.success_rate == pytest.approx(2 / 3)
    assert found.throughput_rps == 1.0
    assert found.p50_ms == 150


def test_nothing_answered_has_no_latency():
    """No figure is made up, and none is put into MLflow."""
    found = figures([], failed=3, seconds=1)

    assert found.success_rate == 0
    assert found.p95_ms is None
    assert "latency_p95_ms" not in found.metrics()
    assert found.metrics()["errors"] == 3


def test_metrics_have_the_names_runs_are_compared_by():
    """Of a test run and of a load test alike."""
    assert figures([10.0], failed=0, seconds=1).metrics().keys() == {
        "requests",
        "errors",
        "success_rate",
        "throughput_rps",
        "duration_s",
        "latency_mean_ms",
        "latency_p50_ms",
        "latency_p95_ms",
        "latency_p99_ms",
        "latency_max_ms",
    }


def test_a_second_in_which_nothing_came_is_there_too():
    """Else a line would run over the hole as if nothing had been."""
    rows = by_second([sample(0.2), sample(2.4, error="GONE"), sample(2.9, 300)])

    assert [row["second"] for row in rows] == [0, 1, 2]
    assert [(row["answered"], row["failed"]) for row in rows] == [(1, 0), (0, 0), (1, 1)]
    assert [row["p95_ms"] for row in rows] == [100, None, 300]
    assert by_second([]) == []


def test_errors_are_counted_by_what_they_are():
    """The most frequent first."""
    found = errors_of([sample(1, error="GONE"), sample(1, error="BUSY"), sample(1, error="BUSY")])

    assert found == [
        {"status": 200, "code": "BUSY", "requests": 2},
        {"status": None, "code": "GONE", "requests": 1},
    ]
