"""From one row of an assessment log to MLflow's assessments.

Ids are made from what was said, by whom and when: the same row always becomes the same assessments,
however often it is handed over.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from mlflow.entities import Assessment, AssessmentSource, Expectation, Feedback

from local_workspace.trace_import.recorded import RecordedVerdict

THUMB = "answer_correct"
COMMENT = "comment"
EXPECTED_RESPONSE = "expected_response"
# Before the name of a question for what would have been right.
EXPECTED = "expected."
REQUEST_ID_METADATA = "reviewapp.request_id"
POSITION_METADATA = "reviewapp.position"
# MLflow's expectations have no rationale.
COMMENT_METADATA = "reviewapp.comment"
# The assessment's own id once more, for servers that give ids of their own.
VERDICT_METADATA = "reviewapp.verdict"

_MACHINES = {
    "llm judge": "LLM_JUDGE",
    "llm_judge": "LLM_JUDGE",
    "ai_judge": "LLM_JUDGE",
    "code": "CODE",
}
_BOOLEANS = {"true": True, "false": False}

# Returns the span a judgement of a source belongs to: (trace id, the step it names) -> span id.
SpanFinder = Callable[[str, str | None], str | None]


def assessments_of(verdict: RecordedVerdict, span_of_source: SpanFinder) -> list[Assessment]:
    """Return an assessment for each rating, the comment and the corrected answer."""
    judgement = verdict.retrieval if verdict.retrieval is not None else verdict.text or {}
    span_id = span_of(verdict, span_of_source)
    assessments: list[Assessment] = [
        *_feedback(judgement, verdict, span_id),
        *_expectations(judgement, verdict),
    ]
    if corrected := judgement.get("suggested_output"):
        source = source_of(verdict)
        assessments.append(Expectation(name=EXPECTED_RESPONSE, value=corrected, source=source))
    for assessment in assessments:
        _identify(assessment, verdict, judgement)
    return assessments


def span_of(verdict: RecordedVerdict, span_of_source: SpanFinder) -> str | None:
    """Return the span a judgement of a source belongs to; the answer as a whole has none."""
    if verdict.retrieval is None:
        return None
    step_id = verdict.retrieval.get("step_id") or verdict.step_id
    return span_of_source(verdict.trace_id, step_id)


def _feedback(
    judgement: dict[str, Any], verdict: RecordedVerdict, span_id: str | None
) -> Iterator[Feedback]:
    comment = judgement.get("free_text_comment") or None
    ratings: dict[str, dict[str, Any]] = judgement.get("ratings") or {}
    for name, rating in ratings.items():
        if name.startswith(EXPECTED):
            continue
        rationale = rating.get("rationale") or None
        if name == THUMB and comment:
            rationale = comment if rationale in (None, comment) else f"{rationale}\n\n{comment}"
        yield Feedback(
            name=name,
            value=_value(rating),
            source=source_of(verdict),
            rationale=rationale,
            span_id=span_id,
        )
    if comment and THUMB not in ratings:
        # The value is what MLflow's pages show, the rationale where comments are looked for.
        yield Feedback(
            name=COMMENT,
            value=comment,
            source=source_of(verdict),
            rationale=comment,
            span_id=span_id,
        )


def _expectations(judgement: dict[str, Any], verdict: RecordedVerdict) -> Iterator[Expectation]:
    ratings: dict[str, dict[str, Any]] = judgement.get("ratings") or {}
    for name, rating in ratings.items():
        if name.startswith(EXPECTED):
            comment = rating.get("rationale")
            yield Expectation(
                name=name.removeprefix(EXPECTED),
                value=_value(rating),
                source=source_of(verdict),
                metadata={COMMENT_METADATA: comment} if comment else None,
            )


def _value(rating: dict[str, Any]) -> str | bool | float | None:
    """Return what was meant: the log keeps booleans and numbers as text beside a number."""
    text, number = rating.get("value"), rating.get("double_value")
    if number is None:
        return text
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return int(number) if float(number).is_integer() else float(number)


def source_of(verdict: RecordedVerdict) -> AssessmentSource:
    """Return who says it."""
    source_type = _MACHINES.get(verdict.source_type.lower(), "HUMAN")
    return AssessmentSource(source_type=source_type, source_id=verdict.source_id)


def _identify(assessment: Assessment, verdict: RecordedVerdict, judgement: dict[str, Any]) -> None:
    position = judgement.get("position")
    assessment.trace_id = verdict.trace_id
    assessment.create_time_ms = assessment.last_update_time_ms = verdict.timestamp // 1000
    said = assessment.feedback or assessment.expectation
    assert said is not None
    identity = [
        verdict.request_id,
        verdict.source_type,
        verdict.source_id,
        verdict.timestamp,
        verdict.retrieval is not None,
        judgement.get("step_id") or verdict.step_id,
        position,
        assessment.name,
        said.value,
        assessment.rationale,
    ]
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    assessment.assessment_id = f"a-{digest[:32]}"
    assessment.metadata = (assessment.metadata or {}) | {
        REQUEST_ID_METADATA: verdict.request_id,
        VERDICT_METADATA: assessment.assessment_id,
    }
    if position is not None:
        assessment.metadata[POSITION_METADATA] = str(position)
