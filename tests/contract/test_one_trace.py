"""One trace in a running workspace: piece by piece as an analyst, and what is said of it."""

import json
from contextlib import suppress

import mlflow
import pytest
from databricks.sdk.errors import PermissionDenied
from mlflow.entities import SpanType

from backend.connection import open_workspace
from backend.errors import NotAllowed
from backend.identity import Identity
from backend.traces import span_documents, span_pieces, whole_traces
from backend.traces.record import Opinion, Source, SpanState
from backend.traces.trace_reading import TraceReading

SAID = "Why is the Straße so long?"


@pytest.fixture(scope="module")
def trace(workspace):
    """A trace of three spans, one of which failed, as a notebook logs it."""
    mlflow.set_experiment("/one_trace")
    with mlflow.start_span("chain") as root:
        root.set_inputs({"messages": [{"role": "user", "content": SAID}]})
        with mlflow.start_span("look up", span_type=SpanType.RETRIEVER) as found:
            found.set_outputs([{"page_content": "x" * 3000, "metadata": {"doc_uri": "/v"}}])
        with suppress(KeyError), mlflow.start_span("model", span_type=SpanType.LLM) as failed:
            failed.set_attribute("mlflow.chat.tokenUsage", {"total_tokens": 12})
            raise KeyError("nothing")
    mlflow.flush_trace_async_logging()
    return root.trace_id


@pytest.fixture(scope="module")
def analyst(trace, as_person, host):
    return open_workspace(host, as_person("analysts").config.token)


@pytest.fixture(scope="module")
def viewer(analyst):
    return Identity(analyst).viewer()


def test_pieces_are_what_mlflow_hands_out_as_a_whole(analyst, viewer, trace):
    """Spans, times, kinds, states and content agree; the outline has no content in it."""
    reading = TraceReading(analyst)
    outline = reading.outline(viewer, trace)
    documents = {span_documents.span_of(each).span_id: each for each in whole_traces.spans(trace)}

    assert [each.name for each in outline.spans] == ["chain", "look up", "model"]
    assert outline.head.source is Source.MLFLOW
    assert (outline.tokens, outline.errors) == (12, 1)
    assert documents.keys() == {each.span_id for each in outline.spans}
    for span in outline.spans:
        whole = span_documents.content_of(documents[span.span_id])
        assert span._replace(characters=0, cost=None) == whole.span._replace(
            characters=0, cost=None
        )
        piece = reading.span(viewer, trace, span.span_id)
        assert (piece.inputs, piece.outputs) == (whole.inputs, whole.outputs)
        assert (piece.attributes, piece.events) == (whole.attributes, whole.events)
    assert outline.spans[2].state is SpanState.ERROR


def test_content_is_cut_found_and_written_to_a_file(analyst, viewer, trace):
    """By the workspace, which has it all at hand."""
    reading = TraceReading(analyst)
    root, found, _model = reading.outline(viewer, trace).spans

    content = reading.span(viewer, trace, found.span_id, 100)
    file = json.loads(b"".join(reading.whole(viewer, trace)))

    assert len(content.outputs.text) == 100
    assert content.outputs.characters > 3000
    assert reading.holding(viewer, trace, "STRASSE") == (root.span_id,)
    assert reading.holding(viewer, trace, "nowhere") == ()
    assert file["info"]["trace_id"] == trace
    assert len(file["data"]["spans"]) == 3


def test_analyst_s_opinion_is_an_assessment_of_mlflow_s(analyst, viewer, trace):
    """In the analyst's own name; changed it stays one, and taken back it is gone."""
    reading = TraceReading(analyst)
    span = reading.outline(viewer, trace).spans[1].span_id

    reading.say(viewer, trace, Opinion(False, "Too slow.", "speed", span))
    (first,) = reading.said(viewer, trace)
    reading.say(viewer, trace, Opinion(True, "Better.", "speed", span, first.assessment_id))
    (second,) = reading.said(viewer, trace)
    (official,) = mlflow.get_trace(trace).info.assessments

    assert (first.value, first.comment, first.span_id) == ("no", "Too slow.", span)
    assert (second.value, second.comment, second.is_changeable) == ("yes", "Better.", True)
    assert (official.value, official.source.source_id) == (True, viewer.user_name)
    reading.take_back(viewer, trace, second.assessment_id)
    assert reading.said(viewer, trace) == ()


def test_reviewer_reads_no_traces_piece_by_piece(as_person, host, trace):
    """The workspace refuses, whatever the app would do."""
    reviewer = as_person("reviewers")

    with pytest.raises(PermissionDenied):
        reviewer.api_client.do("GET", f"/__local__/mlflow/traces/{trace}/spans")
    with pytest.raises(NotAllowed):
        span_pieces.spans(open_workspace(host, reviewer.config.token), trace, 10)
