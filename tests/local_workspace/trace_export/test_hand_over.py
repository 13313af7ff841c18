"""Recorded traces and verdicts reach a real MLflow through a real exporter."""

import pytest
import requests

from local_workspace.trace_export.pending_exports import PendingExports
from local_workspace.trace_import.route import TRACES_PATH, VERDICTS_PATH
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


def _valid(trace, name):
    # MLflow's client leaves out of an expectation whether it is valid.
    return [
        each for each in trace.info.assessments if each.name == name and each.valid is not False
    ]


def test_recorded_trace_is_in_mlflow_as_it_was(client, spool, exporting, waiting, wait_for):
    """Spans, times, previews and everything by which a trace is found are the recorded ones."""
    record(spool, request_record(1))
    wait_for(lambda: waiting.is_over)

    trace = client.get_trace(trace_id(1))
    spans = {span.name: span for span in trace.data.spans}

    assert set(spans) == {"chain", "retrieve", "llm", "parse"}
    assert spans["llm"].parent_id == spans["chain"].span_id == span_id(0)
    assert spans["llm"].end_time_ns - spans["llm"].start_time_ns == 5_000_000
    assert spans["retrieve"].outputs[0]["metadata"] == {"doc_uri": "handbook.md"}
    assert trace.info.client_request_id == request_id(1)
    assert (trace.info.state, trace.info.execution_duration) == ("OK", 33)
    assert trace.info.response_preview == "it answers"
    assert trace.info.token_usage["total_tokens"] == 30
    metadata = trace.info.trace_metadata
    assert metadata["mlflow.trace.session"] == "conversation-1"
    assert metadata["mlflow.trace.user"] == "ann@example.com"
    assert metadata["mlflow.modelId"] == "m-123"
    assert trace.info.tags["mlflow.traceName"] == "chain"
    assert trace.info.tags["reviewapp.model_name"] == MODEL
    assert trace.info.tags["reviewapp.model_version"] == "1"


def test_verdict_is_an_assessment_of_its_person(client, spool, exporting, waiting, wait_for):
    """Name, value, rationale, person and time; the corrected answer is an expectation."""
    record(spool, request_record(2))
    ratings = thumb("negative") | {"reason.wrong": {"value": "true", "double_value": 1.0}}
    said = verdict(2, ratings=ratings, free_text_comment="no", suggested_output="better")
    judge(spool, said, verdict(2, 1, "cleo@example.com", free_text_comment="fine"))
    wait_for(lambda: waiting.is_over)

    trace = client.get_trace(trace_id(2))
    (thumbed,) = _valid(trace, "answer_correct")
    (reason,) = _valid(trace, "reason.wrong")
    (expected,) = _valid(trace, "expected_response")
    (comment,) = _valid(trace, "comment")

    assert (thumbed.feedback.value, thumbed.rationale) == ("negative", "no")
    assert (thumbed.source.source_type, thumbed.source.source_id) == ("HUMAN", "bea@example.com")
    assert thumbed.create_time_ms == said.timestamp // 1000
    assert thumbed.metadata["reviewapp.request_id"] == request_id(2)
    assert reason.feedback.value is True
    assert expected.expectation.value == "better"
    assert (comment.rationale, comment.source.source_id) == ("fine", "cleo@example.com")


def test_second_thought_overrides_the_first(client, spool, exporting, waiting, wait_for):
    """One verdict per person and question is valid; the one before is kept and says so."""
    record(spool, request_record(3))
    judge(spool, verdict(3, ratings=thumb("positive")))
    wait_for(lambda: waiting.is_over)
    judge(spool, verdict(3, 5, ratings=thumb("negative")))
    judge(spool, verdict(3, 6, "cleo@example.com", ratings=thumb("positive")))
    wait_for(lambda: waiting.is_over)

    trace = client.get_trace(trace_id(3))
    by_source = {each.source.source_id: each for each in _valid(trace, "answer_correct")}
    first = next(each for each in trace.info.assessments if not each.valid)

    assert by_source["bea@example.com"].feedback.value == "negative"
    assert by_source["bea@example.com"].overrides == first.assessment_id
    assert by_source["cleo@example.com"].overrides is None
    assert len(trace.info.assessments) == 3


def test_rating_that_is_not_repeated_is_taken_back(client, spool, exporting, waiting, wait_for):
    """A verdict is the whole of what a person says of an answer: what is left out is not said."""
    record(spool, request_record(8))
    reasons = {"reason.wrong": {"value": "true", "double_value": 1.0}}
    judge(spool, verdict(8, ratings=thumb("negative") | reasons))
    judge(spool, verdict(8, 1, position=0, ratings=thumb("positive")))
    judge(spool, verdict(8, 2, "cleo@example.com", ratings=thumb("positive")))
    judge(spool, verdict(8, 5, ratings=thumb("unknown")))
    wait_for(lambda: waiting.is_over)
    before = client.get_trace(trace_id(8))
    judge(spool, verdict(8, 6))
    wait_for(lambda: waiting.is_over)
    after = client.get_trace(trace_id(8))

    assert _valid(before, "reason.wrong") == []
    said = [each.feedback.value for each in _valid(before, "answer_correct")]
    assert sorted(said) == ["positive", "positive", "unknown"]
    assert len(_valid(after, "answer_correct")) == 2


def test_judged_sources_are_on_the_retriever(client, spool, exporting, waiting, wait_for):
    """Each source has a verdict of its own, told apart by its position."""
    record(spool, request_record(4))
    for position, value in ((0, "positive"), (1, "negative")):
        judge(spool, verdict(4, position=position, ratings=thumb(value)))
    judge(spool, verdict(4, 1, position=2, step_id=span_id(2), ratings=thumb("unknown")))
    wait_for(lambda: waiting.is_over)

    assessments = _valid(client.get_trace(trace_id(4)), "answer_correct")
    found = {
        each.metadata["reviewapp.position"]: (each.span_id, each.feedback.value)
        for each in assessments
    }

    assert found == {
        "0": (span_id(1), "positive"),
        "1": (span_id(1), "negative"),
        "2": (span_id(2), "unknown"),
    }


@pytest.mark.parametrize("trace", ["", "{", '{"info": {}, "data": {"spans": []}}', trace_json(99)])
def test_malformed_trace_is_parked_and_holds_nothing_up(
    client, spool, exporting, waiting, wait_for, trace
):
    """What MLflow can never keep is set aside with its reason; the others arrive."""
    record(spool, request_record(5), request_record(6, trace=trace), request_record(7))
    judge(spool, verdict(6, ratings=thumb("positive")))
    wait_for(lambda: waiting.is_over)

    parked = waiting.parked()

    assert [(kind, of) for kind, of, _ in parked] == [
        ("trace", trace_id(6)),
        ("verdict", trace_id(6)),
    ]
    assert "not a trace" in parked[0][2]
    assert len(client.get_trace(trace_id(7)).data.spans) == 4


def test_nobody_without_the_token_hands_over(mlflow):
    """Another account of this machine cannot write traces into MLflow's database."""
    for path in (TRACES_PATH, VERDICTS_PATH):
        answer = requests.post(f"{mlflow.base_url}{path}", data=b"[]", timeout=10)
        assert answer.status_code == 401


def test_error_and_judged_traces_go_first(spool):
    """The order of the queue: urgent ones, then by age."""
    record(spool, *(request_record(number) for number in (10, 11)))
    record(spool, request_record(12, status_code=400), request_record(13))
    judge(spool, verdict(13, ratings=thumb("positive")))
    pending = PendingExports(spool)

    order = [each.trace_id for each in pending.traces(10).values()]
    held_back = pending.verdicts(10)
    pending.close()

    assert order == [trace_id(number) for number in (12, 13, 10, 11)]
    assert held_back == {}, "a verdict waits for its trace"
