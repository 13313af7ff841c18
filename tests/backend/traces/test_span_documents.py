"""Spans as MLflow writes them, old and new, and with anything in them."""

import json

import pytest

from backend.traces.record import SpanState
from backend.traces.span_documents import content_of, holds, span_of
from tests.backend.traces.traced import document, span_id


def test_span_is_read_as_mlflow_3_writes_it():
    """Ids in base64, attributes as JSON."""
    written = document(2, 1, **{"mlflow.chat.tokenUsage": {"total_tokens": 12}})
    written["attributes"]["mlflow.llm.cost"] = '{"total_cost": 0.25}'

    span = span_of(written)

    assert (span.span_id, span.parent_id) == (span_id(2), span_id(1))
    assert (span.name, span.kind, span.state) == ("step 2", "LLM", SpanState.OK)
    assert (span.start_ns, span.duration_ns) == (2000, 500)
    assert (span.tokens, span.cost) == (12, 0.25)


def test_span_is_read_as_mlflow_2_wrote_it():
    """Request logs of older chains have these."""
    written = {
        "name": "chain",
        "context": {"span_id": "0x00000000000000ab", "trace_id": "0x1"},
        "parent_id": "0x0000000000000001",
        "start_time": 5,
        "end_time": 7,
        "status_code": "ERROR",
        "status_message": "It broke.",
        "attributes": {"mlflow.spanInputs": '{"q": 1}'},
    }

    content = content_of(written)

    assert content.span.span_id == span_id(0xAB)
    assert content.span.parent_id == span_id(1)
    assert content.span.duration_ns == 2
    assert content.span.state is SpanState.ERROR
    assert content.message == "It broke."
    assert content.inputs.text == '{"q": 1}'


def test_long_texts_are_cut_and_say_how_long_they_are():
    """Of twenty million characters a browser gets what it can show."""
    written = document(1, note="z" * 30_000)
    written["attributes"]["mlflow.spanInputs"] = json.dumps("x" * 20_000_000)

    content = content_of(written, 100_000)

    assert len(content.inputs.text) == 100_000
    assert content.inputs.characters == 20_000_002
    assert content.inputs.is_cut
    assert len(content.attributes["note"].text) == 20_000
    assert not content.outputs.is_cut


def test_what_stands_elsewhere_is_no_attribute():
    """Inputs and outputs are not told twice, and texts lose their quotes."""
    content = content_of(document(1, model="small", numbers=[1, 2]))

    assert {name: text.text for name, text in content.attributes.items()} == {
        "model": "small",
        "numbers": "[1, 2]",
    }


def test_events_are_read_with_their_attributes():
    """An exception is an event."""
    written = document(1)
    written["events"] = [
        {"name": "exception", "time_unix_nano": 9, "attributes": {"exception.type": "KeyError"}},
        "no event",
    ]

    (event,) = content_of(written).events

    assert (event.name, event.at_ns) == ("exception", 9)
    assert event.attributes == {"exception.type": "KeyError"}


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"attributes": "none", "events": 5, "status": "ERROR", "context": []},
        {"name": None, "span_id": 12, "start_time_unix_nano": "17", "end_time_unix_nano": True},
        {"span_id": "!!!!!!!!!!!=", "attributes": {"mlflow.spanType": "{broken"}},
        {"attributes": {"mlflow.chat.tokenUsage": '{"total_tokens": "many"}'}},
        {"attributes": {"mlflow.chat.tokenUsage": "[" * 15_000, "mlflow.llm.cost": "[" * 15_000}},
        {"attributes": {"mlflow.chat.tokenUsage": '{"total_tokens": 1' + "0" * 400 + "}"}},
        {"attributes": {"mlflow.llm.cost": '{"total_cost": 1' + "0" * 400 + "}"}},
        {"attributes": {"mlflow.llm.cost": '{"total_cost": NaN}', "note": "[" * 15_000}},
    ],
)
def test_nothing_that_was_written_breaks_the_reading(written):
    """What is not understood is left out."""
    content = content_of(written)

    assert (content.span.tokens, content.span.cost) == (None, None)
    assert content.span.duration_ns == 0
    assert not holds(written, "nowhere")


def test_hostile_names_stay_text():
    """They are kept as they came, and are cut."""
    written = document(1) | {"name": "<script>alert(1)</script>" + "n" * 10_000}

    assert span_of(written).name.startswith("<script>")
    assert len(span_of(written).name) == 500
