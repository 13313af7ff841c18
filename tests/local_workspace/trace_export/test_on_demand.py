"""Traces somebody asks for are in MLflow when it is asked."""

import asyncio
import json
import time

import pytest

from local_workspace.trace_export import on_demand
from local_workspace.trace_export.on_demand import OnDemand
from tests.local_workspace.trace_export.recorded_traces import (
    judge,
    record,
    request_record,
    thumb,
    trace_id,
    verdict,
)

_SEARCH = "/api/3.0/mlflow/traces/search"


def _ask(before: OnDemand, method: str, path: str, body: bytes = b"") -> tuple[float, bytes]:
    """Send a request through; returns how long it waited, and what MLflow then reads of it."""
    headers = [(b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "method": method, "path": path, "query_string": b""}
    halves = [body[:10], body[10:]]
    messages = [
        {"type": "http.request", "body": half, "more_body": half is halves[0]} for half in halves
    ]

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def ask() -> tuple[float, bytes]:
        started = time.monotonic()
        again = await before.before(scope | {"headers": headers}, receive)
        seconds = time.monotonic() - started
        read, message = b"", await again()
        while message["type"] == "http.request":
            read += message["body"]
            message = await again()
        return seconds, read

    return asyncio.run(ask())


@pytest.fixture
def asked(spool, exporter, loop):
    """What looks at requests, with the exporter it wakes."""
    made = OnDemand(spool, lambda: loop.call(exporter.wake))
    yield made
    made.close()


def test_trace_asked_for_is_brought_in_before_a_backlog(
    client, spool, exporter, loop, asked, waiting
):
    """Who opens a trace does not wait for those that came before."""
    record(spool, *(request_record(number) for number in range(2000, 2400)))
    judge(spool, verdict(2399, ratings=thumb("positive")))
    loop.call(exporter.start)

    seconds, _ = _ask(asked, "GET", f"/ajax-api/3.0/mlflow/traces/{trace_id(2399)}")
    left = waiting.count("pending_traces")
    trace = client.get_trace(trace_id(2399))

    assert seconds < on_demand.PATIENCE_SECONDS
    assert left > 100
    assert [each.name for each in trace.info.assessments] == ["answer_correct"]


def test_conversation_searched_for_is_brought_in_whole(
    client, spool, exporter, loop, asked, waiting
):
    """The filter is read without taking the body away from MLflow."""
    record(spool, *(request_record(number) for number in range(2400, 2700)))
    mine = [request_record(number, conversation_id="mine") for number in range(2700, 2705)]
    record(spool, *mine)
    loop.call(exporter.start)
    body = json.dumps({"filter": "metadata.`mlflow.trace.session` = 'mine'"}).encode()

    seconds, read = _ask(asked, "POST", _SEARCH, body)
    left = waiting.count("pending_traces")

    assert read == body
    assert seconds < on_demand.PATIENCE_SECONDS
    assert left > 50
    assert all(client.get_trace(trace_id(number)).data.spans for number in range(2700, 2705))


def test_nobody_waits_longer_than_some_seconds(spool, asked, monkeypatch, waiting):
    """With nobody to bring it in, MLflow is asked all the same."""
    monkeypatch.setattr(on_demand, "PATIENCE_SECONDS", 0.3)
    record(spool, request_record(2800))

    seconds, _ = _ask(asked, "GET", f"/api/3.0/mlflow/traces/{trace_id(2800)}")

    assert 0.3 <= seconds < 2
    assert waiting.count("pending_traces WHERE urgency = 2") == 1


def test_other_requests_wait_for_nothing(spool, asked, monkeypatch):
    """Runs, other traces and searches for anything go by while a backlog waits."""
    monkeypatch.setattr(on_demand, "PATIENCE_SECONDS", 5.0)
    record(spool, request_record(2900))
    body = json.dumps({"filter": "status = 'OK'"}).encode()

    waited = [
        _ask(asked, "GET", "/api/2.0/mlflow/runs/get")[0],
        _ask(asked, "GET", f"/api/3.0/mlflow/traces/{trace_id(2901)}")[0],
        _ask(asked, "POST", _SEARCH, body)[0],
    ]

    assert max(waited) < 1


def test_spool_that_cannot_be_read_refuses_nobody(tmp_path):
    """Reading MLflow does not depend on it."""
    asked = OnDemand(tmp_path / "none.db", lambda: None)

    seconds, _ = _ask(asked, "GET", f"/api/3.0/mlflow/traces/{trace_id(1)}")

    assert seconds < 1
