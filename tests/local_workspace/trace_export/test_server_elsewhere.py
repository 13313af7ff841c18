"""The same for an MLflow server that is not ours: everything goes through its REST API."""

import pytest
from mlflow.store.tracking.rest_store import RestStore

from local_workspace.mlflow_server import mlflow_server
from local_workspace.settings import Settings
from local_workspace.trace_export.trace_exporter import TraceExporter
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict
from local_workspace.trace_import.rest_destination import RestDestination
from tests.local_workspace.trace_export.recorded_traces import (
    MODEL,
    judge,
    record,
    request_id,
    request_record,
    span_id,
    thumb,
    trace_id,
    trace_json,
    verdict,
)


@pytest.fixture(scope="module")
def elsewhere(mlflow, client):
    """Our own server, as a stranger sees it."""
    return mlflow_server(Settings(mlflow_tracking_uri=mlflow.base_url))


@pytest.fixture
def destination(elsewhere):
    return RestDestination(elsewhere.base_url)


def _recorded(number: int, **changed) -> RecordedTrace:
    return RecordedTrace(
        trace_id(number),
        changed.get("trace", trace_json(number)),
        request_id(number),
        "chain",
        MODEL,
        "1",
    )


def _verdict(number: int, value: str, seconds: int = 0, **changed) -> RecordedVerdict:
    time = 1_795_000_100_000_000 + seconds * 1_000_000
    struct = {"ratings": thumb(value), "free_text_comment": None}
    place = {"retrieval": struct | changed} if changed else {"text": struct}
    return RecordedVerdict(
        trace_id(number), request_id(number), "human", "bea@example.com", time, **place
    )


def test_exporter_hands_over_to_a_server_elsewhere(
    elsewhere, client, spool, loop, waiting, wait_for, tmp_path
):
    """The credentials are the workspace's own; nothing else differs."""
    exporter = TraceExporter(spool, elsewhere, tmp_path / "logs")
    record(spool, *(request_record(number) for number in range(3000, 3003)))
    record(spool, request_record(3003, trace="{"))
    judge(spool, verdict(3001, ratings=thumb("negative"), suggested_output="better"))
    loop.call(exporter.start)
    wait_for(lambda: waiting.is_over, 60)
    loop.run(exporter.close())

    trace = client.get_trace(trace_id(3001))
    names = {each.name for each in trace.info.assessments}

    assert len(trace.data.spans) == 4
    assert trace.info.client_request_id == request_id(3001)
    assert trace.info.token_usage["total_tokens"] == 30
    assert trace.info.trace_metadata["mlflow.trace.session"] == "conversation-1"
    assert names == {"answer_correct", "expected_response"}
    assert [of for _, of, _ in waiting.parked()] == [trace_id(3003)]


def test_the_same_again_changes_nothing(destination, client):
    """A batch that was sent and not noted down is sent again."""
    batch = [_recorded(number) for number in range(3010, 3015)]
    verdicts = [_verdict(3010, "positive"), _verdict(3010, "negative", 5)]
    verdicts += [_verdict(3010, "positive", position=0)]
    for _ in range(2):
        assert destination.import_traces(batch) == [None] * 5
        assert destination.import_verdicts(verdicts) == [None] * 3

    trace = client.get_trace(trace_id(3010))
    said = {each.assessment_id: each for each in trace.info.assessments}
    valid = [each for each in said.values() if each.valid]

    assert len(trace.data.spans) == 4
    assert len(said) == 3
    assert {(each.span_id, each.feedback.value) for each in valid} == {
        (None, "negative"),
        (span_id(1), "positive"),
    }
    newest = next(each for each in valid if each.span_id is None)
    assert said[newest.overrides].feedback.value == "positive"


def test_refused_ones_do_not_hold_up_others(destination):
    """Each is refused for itself."""
    unknown = destination.import_verdicts([_verdict(3999, "positive")])
    batch = [_recorded(3020), _recorded(3021, trace="[]"), _recorded(3022)]
    refusals = destination.import_traces(batch)

    assert [bool(why) for why in refusals] == [False, True, False]
    assert "not found" in unknown[0]


def test_spans_are_those_a_client_sends(destination, client, elsewhere):
    """What arrives through the import is what MLflow's own store methods give back."""
    destination.import_traces([_recorded(3030)])
    from mlflow.utils.credentials import get_default_host_creds  # noqa: PLC0415

    store = RestStore(lambda: get_default_host_creds(elsewhere.base_url))
    (trace,) = store.batch_get_traces([trace_id(3030)])

    assert [span.name for span in trace.data.spans] == ["chain", "retrieve", "llm", "parse"]
