"""From a record of a feedback call to rows of the assessment log."""

import json
import re

import pyarrow as pa
import pytest

from local_workspace.errors import InvalidParameter
from local_workspace.feedback.assessments import read_assessments
from local_workspace.feedback.body_fields import BodyField
from local_workspace.inference_tables.table_layout import TableKind

TEXT = {
    "step_id": "0123",
    "ratings": {"answer_correct": {"value": "negative", "rationale": "too long"}},
    "suggested_output": "edited answer",
    "free_text_comment": "a comment",
}
RETRIEVAL = {
    "step_id": "span-1",
    "position": 0,
    "ratings": {"answer_correct": {"value": "positive"}},
    "free_text_comment": None,
}
RECORD = {
    "request_id": "r1",
    "source": {"id": "ann@example.com", "type": "human", "tags": {}},
    "text_assessments": [TEXT],
    "retrieval_assessments": [RETRIEVAL, RETRIEVAL | {"position": 1}],
}
AS_TEXT = {
    key: value if key == "request_id" else json.dumps(value) for key, value in RECORD.items()
}


@pytest.fixture
def read(reviewer):
    return lambda record: read_assessments(BodyField("dataframe_records[0]", record), reviewer, 7)


@pytest.mark.parametrize("record", [RECORD, AS_TEXT], ids=["objects", "texts"])
def test_one_text_and_two_sources_are_three_rows(read, record):
    """One row for each judgement, in both wire forms; exactly one of the two structs is there."""
    text, first, second = read(record)

    assert (text.request_id, text.source_id, text.timestamp) == ("r1", "ann@example.com", 7)
    assert (text.step_id, first.step_id) == ("0123", "span-1")
    assert text.text["suggested_output"] == "edited answer"
    assert text.text["ratings"]["answer_correct"]["rationale"] == "too long"
    assert [first.retrieval["position"], second.retrieval["position"]] == [0, 1]
    assert [row.text is None for row in (text, first, second)] == [False, True, True]
    assert [row.retrieval is None for row in (text, first, second)] == [True, False, False]


def test_rows_have_the_columns_of_the_table(read):
    """What is read fits into the structs of the assessment log, name by name."""
    text, retrieval, _ = read(RECORD)
    schema = TableKind.ASSESSMENT_LOGS.schema

    for column, struct in (
        ("text_assessment", text.text),
        ("retrieval_assessment", retrieval.retrieval),
    ):
        kind = schema.field(column).type
        assert set(struct) == {kind.field(place).name for place in range(kind.num_fields)}
        row = struct | {"ratings": list(struct["ratings"].items())}
        assert pa.array([row], type=kind).to_pylist() == [row]


def test_what_the_platform_s_template_sends_is_understood(read):
    """The call of Databricks' chat template, word for word."""
    (row,) = read(
        {
            "request_id": "r1",
            "source": '{"id": "e2e-chatbot-app", "type": "human"}',
            "text_assessments": '[{"ratings": {"answer_correct": {"value": "positive"}}, '
            '"free_text_comment": null}]',
            "retrieval_assessments": "[]",
        }
    )

    assert row.source_id == "ann@example.com"
    assert row.text["ratings"]["answer_correct"]["value"] == "positive"


def test_empty_suggestion_is_none(read):
    """The clients of the platform send an empty text where nothing was edited."""
    assert read(RECORD | {"text_assessments": [{"suggested_output": ""}]})[0].text == {
        "step_id": None,
        "ratings": {},
        "free_text_comment": None,
        "suggested_output": None,
    }


@pytest.mark.parametrize("nothing", ["[]", []], ids=["text", "list"])
def test_thumb_that_is_clicked_away_is_taken_back(read, nothing):
    """The platform's template then sends empty lists: the last verdict is one without ratings."""
    record = {"request_id": "r1", "text_assessments": nothing, "retrieval_assessments": nothing}

    (row,) = read(record)

    assert row.text["ratings"] == {}
    assert row.retrieval is None


def test_source_without_a_place_is_kept(read):
    """The documentation's own example judges the sources as a whole."""
    record = {"request_id": "r1", "retrieval_assessments": [{"ratings": {}}]}

    assert read(record)[0].retrieval["position"] is None


def _with_text(**changes):
    return RECORD | {"text_assessments": [TEXT, TEXT | changes]}


def _with_retrieval(**changes):
    return RECORD | {"retrieval_assessments": [RETRIEVAL | changes]}


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("text", " must be an object, but is a text"),
        ({}, ".request_id is missing"),
        (RECORD | {"request_id": 7}, ".request_id must be a text, but is a number"),
        (RECORD | {"request_id": " "}, ".request_id is missing"),
        (RECORD | {"text_assesments": []}, ".text_assesments is not known here"),
        (RECORD | {"text_assessments": "[{]"}, ".text_assessments is a text that is not JSON"),
        (RECORD | {"text_assessments": {}}, ".text_assessments must be a list, but is an object"),
        (RECORD | {"text_assessments": ["x"]}, ".text_assessments[0] must be an object"),
        (RECORD | {"text_assessments": [TEXT] * 201}, ".text_assessments has 201 entries"),
        (
            _with_text(ratings={"answer_correct": {"value": {}}}),
            ".text_assessments[1].ratings.answer_correct.value must be a text, a number",
        ),
        (_with_text(comment="x"), ".text_assessments[1].comment is not known here"),
        (_with_text(position=1), ".text_assessments[1].position is not known here"),
        (_with_text(free_text_comment=1), ".text_assessments[1].free_text_comment must be a text"),
        (
            _with_text(free_text_comment="x" * 20_001),
            ".text_assessments[1].free_text_comment has 20001 characters; 20000 are allowed",
        ),
        (_with_retrieval(position=-1), ".retrieval_assessments[0].position must be between 0 and"),
        (_with_retrieval(position=2**31), ".retrieval_assessments[0].position must be between"),
        (
            _with_retrieval(position="0"),
            ".retrieval_assessments[0].position must be a whole number, but is a text",
        ),
        ({"request_id": "r1"}, " has neither text_assessments nor retrieval_assessments"),
        ({"request_id": "r1", "text_assessments": "null"}, " has neither text_assessments nor"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_shapes_are_refused_by_name(read, record, why):
    """What is wrong is said with the path of the field, also inside a text of JSON."""
    with pytest.raises(InvalidParameter, match=re.escape(f"dataframe_records[0]{why}")):
        read(record)


def test_hostile_texts_are_refused(read):
    """Depth, infinity and half characters do not get further than the reader of JSON."""
    for text in ("[" * 100_000, '[{"ratings": {"a": {"value": NaN}}}]', '["\\ud800"]', "[1e999]"):
        with pytest.raises(InvalidParameter, match="is a text that is not JSON"):
            read(RECORD | {"text_assessments": text})
