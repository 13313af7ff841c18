"""Every form in which a client may send the four columns of the feedback model."""

import json
import re

import pytest

from local_workspace.errors import InvalidParameter
from local_workspace.feedback.wire_forms import MAX_RECORDS, records_in

FIRST = {"request_id": "r1", "text_assessments": [{"ratings": {}}]}
SECOND = {"request_id": "r2", "text_assessments": [{"free_text_comment": "no"}]}
COLUMNS = {
    "request_id": ["r1", "r2"],
    "text_assessments": [FIRST["text_assessments"], SECOND["text_assessments"]],
}
SPLIT = {
    "columns": ["request_id", "text_assessments"],
    "data": [["r1", FIRST["text_assessments"]], ["r2", SECOND["text_assessments"]]],
}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (
            {"dataframe_records": [FIRST, SECOND]},
            ["dataframe_records[0]", "dataframe_records[1]"],
        ),
        ({"dataframe_split": SPLIT}, ["dataframe_split.data[0]", "dataframe_split.data[1]"]),
        ({"inputs": [FIRST, SECOND]}, ["inputs[0]", "inputs[1]"]),
        ({"inputs": COLUMNS}, ["inputs[0]", "inputs[1]"]),
        ({"instances": [FIRST, SECOND]}, ["instances[0]", "instances[1]"]),
    ],
    ids=["dataframe_records", "dataframe_split", "inputs", "columns", "instances"],
)
def test_every_form_holds_the_same_records(body, paths):
    """A client may send rows, a split, or columns; what it says is the same."""
    records = records_in(body | {"client_request_id": "mine"})

    assert [record.value for record in records] == [FIRST, SECOND]
    assert [record.path for record in records] == paths


def test_one_record_without_a_list_is_one_record():
    """`inputs` with plain values is one row, as MLflow reads it."""
    assert [record.value for record in records_in({"inputs": FIRST})] == [FIRST]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ([FIRST], "The body must be an object"),
        ("text", "The body must be an object"),
        (None, "The body must be an object"),
        (FIRST, "The body has no records"),
        ({"inputs": [FIRST], "instances": []}, "The body has inputs, instances"),
        ({"dataframe_records": []}, "dataframe_records has no records"),
        ({"dataframe_records": FIRST}, "dataframe_records must be a list, but is an object"),
        ({"dataframe_split": []}, "dataframe_split must be an object, but is a list"),
        ({"dataframe_split": {"columns": [1], "data": []}}, "dataframe_split.columns[0] must be"),
        (
            {"dataframe_split": {"columns": ["request_id"], "data": [["r1", 2]]}},
            "dataframe_split.data[0] has 2 entries; 1 are allowed",
        ),
        (
            {"dataframe_split": {"columns": ["request_id", "source"], "data": [["r1"]]}},
            "dataframe_split.data[0] has 1 values for 2 columns",
        ),
        (
            {"inputs": {"request_id": ["r1", "r2"], "source": ["a"]}},
            "inputs.source has 1 values for 2 records",
        ),
        ({"inputs": {"request_id": ["r1"], "source": "a"}}, "inputs.source must be a list"),
        (
            {"dataframe_records": [FIRST] * (MAX_RECORDS + 1)},
            f"dataframe_records has {MAX_RECORDS + 1} entries; {MAX_RECORDS} are allowed",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:30],
)
def test_other_bodies_are_refused_by_name(body, why):
    """What is wrong is said with the name of the field."""
    with pytest.raises(InvalidParameter, match="^" + re.escape(why)):
        records_in(body)
