"""The recorder: one trace per call, told apart by request id, and taken away once."""

import json

import mlflow
import pytest

from local_workspace.serving.tracing import CallContext, TraceRecorder


@pytest.fixture
def recorder():
    """A recorder; afterwards MLflow's tracing is as it was."""
    mlflow.tracing.reset()
    yield TraceRecorder("main.rag.chain", "m-7")
    mlflow.tracing.reset()


def context(request_id="r1", **more):
    """Return what is known of a call."""
    return CallContext(request_id, "the-endpoint", "v1", "ada", **more)


def test_metadata_holds_what_is_known_and_nothing_else():
    """Empty facts are left out."""
    assert CallContext("r", "e", "v", user="").metadata() == {
        "reviewapp.endpoint": "e",
        "reviewapp.served_version": "v",
    }
    assert context(conversation_id="c").metadata()["mlflow.trace.session"] == "c"


def test_trace_is_taken_once(recorder):
    """Who takes it has it; afterwards there is nothing to take."""
    with recorder.call(context()):
        pass

    assert recorder.take("r1")[1]
    assert recorder.take("r1") == (None, b"")


def test_unknown_call_has_no_trace(recorder):
    """Nothing is invented for a call that was never made."""
    assert recorder.take("never") == (None, b"")


def test_root_is_named_after_the_model_without_its_catalog(recorder):
    """`main.rag.chain` is shown as `chain`, with the logged model it belongs to."""
    with recorder.call(context()):
        pass
    trace = json.loads(recorder.take("r1")[1])

    assert trace["data"]["spans"][0]["name"] == "chain"
    assert trace["info"]["trace_metadata"]["mlflow.modelId"] == "m-7"


def test_exception_passes_through_and_is_on_the_trace(recorder):
    """Recording neither swallows nor changes what a model raises."""
    with pytest.raises(LookupError, match="no index"), recorder.call(context()):
        raise LookupError("no index")

    trace = json.loads(recorder.take("r1")[1])
    assert trace["info"]["state"] == "ERROR"
    assert "no index" in json.dumps(trace["data"])


def test_traces_of_calls_inside_each_other_in_time_are_told_apart(recorder):
    """A second call that ends first has its own trace."""
    with recorder.call(context("outer")) as outer:
        outer.set_inputs({"who": "outer"})
    with recorder.call(context("later")) as later:
        later.set_inputs({"who": "later"})

    assert b"later" in recorder.take("later")[1]
    assert b"outer" in recorder.take("outer")[1]


def test_span_outside_of_any_call_is_no_trace(recorder):
    """What a model traces while it loads belongs to no request and is not kept."""
    with mlflow.start_span("loading"):
        pass

    assert recorder._collector._finished == {}
    assert mlflow.tracing.trace_manager.InMemoryTraceManager.get_instance()._traces == {}


def test_usage_context_is_on_the_trace_and_cannot_pass_for_ours():
    """A pair's id is found later; nobody names another user or endpoint that way."""
    given = {"reviewapp.pair": "p1", "reviewapp.endpoint": "other", "mlflow.trace.user": "boss"}
    context = CallContext("r1", "chain", "v1", "somebody", usage_context=given)

    metadata = context.metadata()

    assert metadata["reviewapp.pair"] == "p1"
    assert metadata["reviewapp.endpoint"] == "chain"
    assert metadata["mlflow.trace.user"] == "somebody"
