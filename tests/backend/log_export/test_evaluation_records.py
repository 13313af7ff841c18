"""A recorded request becomes what MLflow evaluates a chain with."""

import json
import warnings

import pytest

from backend.feedback.verdicts import Verdict
from backend.log_export.evaluation_records import evaluation_record
from backend.log_export.reading import Recorded
from tests.backend.log_export.warehoused import cells

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
_MESSAGES = [{"role": "user", "content": "How many days?"}]


def record(body, *verdicts, **more):
    text = body if isinstance(body, str) else json.dumps(body)
    recorded = Recorded(cells(1, request_body=text, **more), verdicts)
    return evaluation_record(recorded, "chain")


@pytest.mark.parametrize(
    ("body", "inputs"),
    [
        (
            {"messages": _MESSAGES, "usage_context": {"a": "b"}, "client_request_id": "c"},
            {"messages": _MESSAGES},
        ),
        ({"dataframe_records": [{"question": "Why?"}]}, {"question": "Why?"}),
        ({"inputs": [{"query": "Why?"}], "databricks_options": {}}, {"query": "Why?"}),
        ({"dataframe_split": {"columns": ["q"], "data": [["Why?"]]}}, {"question": "question 1"}),
        ("not json", {"question": "question 1"}),
        ("null", {"question": "question 1"}),
    ],
)
def test_inputs_are_what_the_chain_is_called_with(body, inputs):
    """`predict_fn` gets them as they are; what a caller says beside the question is left out."""
    assert record(body)["inputs"] == inputs


def test_latest_corrected_answer_is_what_is_expected():
    """Several people may say what is right; one answer can be expected."""
    late = Verdict("r", "a@example.com", corrected_answer="Six.", expectations={"tags": ("x",)})
    early = Verdict("r", "b@example.com", corrected_answer="Five.", expectations={"tone": "kind"})

    expected = record({}, late, early)["expectations"]

    assert expected == {"expected_response": "Six.", "tags": ["x"], "tone": "kind"}


def test_mlflow_takes_the_records(experiment):
    """The file is read line by line into a dataset, as MLflow's documentation does it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from mlflow.genai import datasets  # noqa: PLC0415 - it warns while it is imported

        found = datasets.create_dataset(name="exported", experiment_id=[experiment])
        said = Verdict("r", "a@example.com", corrected_answer="Six.")
        found.merge_records([record({"messages": _MESSAGES}, said), record("", answer="No.")])
        (first, second) = sorted(
            found.to_df().to_dict("records"), key=lambda each: "question" in each["inputs"]
        )

    assert first["expectations"] == {"expected_response": "Six."}
    assert first["outputs"] == {"response": "answer 1"}
    assert second["inputs"] == {"question": "question 1"}
    assert second["tags"]["request_id"] == "r00001"
