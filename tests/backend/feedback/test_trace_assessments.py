"""Verdicts as MLflow's assessments, written to and read from a real store."""

from dataclasses import replace

import mlflow
import pytest

from backend.errors import NotAllowed, NotFound, NotOffered
from backend.feedback import trace_assessments
from backend.feedback.verdicts import SourceRating, Thumb, Verdict
from tests.backend.judged import ANALYST, ANN, ENDPOINT, FULL

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


def test_verdict_goes_to_mlflow_where_there_is_no_feedback_api(feedback, endpoint, tables, asked):
    """All of it comes back: thumb, chips, comment, correction, sources, answers, preference."""
    endpoint(feedback=False, tables=False)
    _, span = asked("m1")

    feedback.submit(ANN, ENDPOINT, replace(FULL, request_id="m1"))

    (verdict,) = feedback.read(ANN, ENDPOINT, ["m1"]).by_request["m1"]
    sources = (
        SourceRating(0, Thumb.POSITIVE, "", span),
        SourceRating(1, Thumb.NEGATIVE, "old", span),
    )
    given_at = verdict.given_at
    assert verdict == replace(FULL, request_id="m1", source_ratings=sources, given_at=given_at)


def test_second_thought_overrides_the_first_in_mlflow(feedback, endpoint, tables, asked):
    """Both remain in MLflow, one is valid; what is not said any more is taken back."""
    endpoint(feedback=False, tables=False)
    trace_id, _ = asked("m2")
    feedback.submit(ANN, ENDPOINT, replace(FULL, request_id="m2"))

    second = Verdict("m2", "ann@example.com", Thumb.POSITIVE, comment="It is fine after all.")
    feedback.submit(ANN, ENDPOINT, second)

    (verdict,) = feedback.read(ANN, ENDPOINT, ["m2"]).by_request["m2"]
    assert verdict == replace(second, given_at=verdict.given_at)
    kept = mlflow.get_trace(trace_id).info.assessments
    thumbs = [each for each in kept if each.name == "answer_correct" and each.span_id is None]
    assert sorted((each.value, each.valid) for each in thumbs) == [
        ("negative", False),
        ("positive", True),
    ]
    assert {(each.source.source_type, each.source.source_id) for each in thumbs} == {
        ("HUMAN", "ann@example.com")
    }


def test_comment_and_correction_without_a_thumb_are_kept(feedback, endpoint, tables, asked):
    """A correction may change, and be taken back; a comment needs no thumb."""
    endpoint(feedback=False, tables=False)
    trace_id, _ = asked("m3")
    said = Verdict("m3", "ann@example.com", comment="Hm.", corrected_answer="One.")
    feedback.submit(ANN, ENDPOINT, said)
    feedback.submit(ANN, ENDPOINT, replace(said, corrected_answer="Two."))

    (verdict,) = feedback.read(ANN, ENDPOINT, ["m3"]).by_request["m3"]
    assert (verdict.thumb, verdict.comment, verdict.corrected_answer) == (None, "Hm.", "Two.")
    feedback.submit(ANN, ENDPOINT, replace(said, corrected_answer=None))

    kept = mlflow.get_trace(trace_id).info.assessments
    assert [each for each in kept if each.expectation] == []


def test_answers_for_what_is_right_are_expectations(feedback, endpoint, tables, asked):
    """With what was said beside them; they may change, and be taken back."""
    endpoint(feedback=False, tables=False)
    trace_id, _ = asked("m6")
    said = Verdict(
        "m6",
        "ann@example.com",
        custom_answers={"polite": True},
        expectations={"facts": "One.", "parts": ("a", "b")},
        custom_comments={"facts": "See 4.3.", "polite": "Very."},
    )
    feedback.submit(ANN, ENDPOINT, said)
    (verdict,) = feedback.read(ANN, ENDPOINT, ["m6"]).by_request["m6"]
    assert verdict == replace(said, given_at=verdict.given_at)
    kept = mlflow.get_trace(trace_id).info.assessments
    assert sorted(each.name for each in kept if each.expectation) == ["facts", "parts"]

    second = replace(said, expectations={"facts": "Two."}, custom_comments={})
    feedback.submit(ANN, ENDPOINT, second)

    (verdict,) = feedback.read(ANN, ENDPOINT, ["m6"]).by_request["m6"]
    assert verdict == replace(second, given_at=verdict.given_at)
    kept = mlflow.get_trace(trace_id).info.assessments
    assert [(each.name, each.value) for each in kept if each.expectation] == [("facts", "Two.")]


def test_same_verdict_again_writes_nothing(feedback, endpoint, tables, asked):
    """Whoever repeats a call that broke off does not double what was written."""
    endpoint(feedback=False, tables=False)
    trace_id, _ = asked("m4")
    verdict = replace(FULL, request_id="m4")
    feedback.submit(ANN, ENDPOINT, verdict)
    before = len(mlflow.get_trace(trace_id).info.assessments)

    feedback.submit(ANN, ENDPOINT, verdict)

    assert len(mlflow.get_trace(trace_id).info.assessments) == before


def test_judging_takes_the_right_to_ask(feedback, endpoint, asked):
    """The app writes to MLflow with its own rights, so it looks at the visitor's first."""
    endpoint(feedback=False, level="CAN_VIEW")
    asked("m5")

    with pytest.raises(NotAllowed):
        feedback.submit(ANN, ENDPOINT, replace(FULL, request_id="m5"))


def test_answer_without_a_trace_cannot_be_judged_in_mlflow(feedback, endpoint, asked):
    """The sentence says where it was looked for; a quote in an id gets nowhere."""
    endpoint(feedback=False)
    for request_id in ("nobody", "x' OR '1'='1"):
        with pytest.raises(NotFound, match="no trace in MLflow"):
            feedback.submit(ANN, ENDPOINT, replace(FULL, request_id=request_id))

    endpoint(feedback=False, traced=False)
    with pytest.raises(NotOffered):
        feedback.submit(ANN, ENDPOINT, replace(FULL, request_id="nobody"))


def test_many_requests_are_asked_in_pieces(feedback, endpoint, tables, asked):
    """A long list of conversations is more than one search takes."""
    asked("many-150")

    found = trace_assessments.read("0", [], None)
    read = feedback.read(ANALYST, ENDPOINT, [f"many-{n}" for n in range(250)])

    assert found == []
    assert read.missing == {}
