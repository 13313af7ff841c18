"""Verdicts as MLflow's assessments on the trace of an answer.

Reads what the workspace copies there and what people add on MLflow's own pages; writes where an
endpoint has no feedback API. Everything is done with the app's own rights, so whoever calls must
have made sure of the visitor's. Importing this imports MLflow, which takes seconds.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Assessment, AssessmentSource, Expectation, Feedback, Trace

from backend.error_translation import translated
from backend.errors import NotFound
from backend.feedback.recorded_statements import ANSWER, Place, Statement
from backend.feedback.verdicts import (
    COMMENT,
    CORRECTED,
    EXPECTED,
    THUMB,
    Rating,
    SourceRating,
    Verdict,
    ratings_of,
)

# As the local workspace writes its copies; all that came in one verdict have one time.
REQUEST_ID_METADATA = "reviewapp.request_id"
POSITION_METADATA = "reviewapp.position"
# MLflow's expectations have no rationale.
COMMENT_METADATA = "reviewapp.comment"

TRACES_PER_SEARCH = 100
_HUMAN = "HUMAN"
_RETRIEVER = "RETRIEVER"
# MLflow's filters are text, so nothing else may get into one.
_ID = re.compile(r"[A-Za-z0-9_.:-]+")


def read(experiment: str, request_ids: Sequence[str], reviewer: str | None) -> list[Statement]:
    """Return what people said of these requests; only this reviewer, if one is named."""
    return [
        statement
        for request_id, trace in traces_of(experiment, request_ids)
        for statement in _statements(request_id, _human(trace, reviewer))
    ]


def write(experiment: str, verdict: Verdict) -> None:
    """Put a verdict on the answer's trace in place of the reviewer's former one."""
    found = next(traces_of(experiment, [verdict.request_id]), None)
    if found is None:
        raise NotFound("This answer has no trace in MLflow, or not yet.")
    _, trace = found
    former = {_key(each): each for each in _human(trace, verdict.reviewer)}
    with translated():
        for key, rating in _with_withdrawn(_wanted(verdict, trace), former).items():
            _log(trace.info.trace_id, verdict, key, rating, former.get(key))


# The span, the source's place in it, and the name: there is one valid assessment of each.
Key = tuple[str | None, int | None, str]


def traces_of(experiment: str, request_ids: Sequence[str]) -> Iterator[tuple[str, Trace]]:
    """Yield the trace of each request that has one."""
    client = MlflowClient()
    valid = [each for each in request_ids if _ID.fullmatch(each)]
    for start in range(0, len(valid), TRACES_PER_SEARCH):
        listed = ", ".join(f"'{each}'" for each in valid[start : start + TRACES_PER_SEARCH])
        with translated():
            found = client.search_traces(
                locations=[experiment],
                filter_string=f"client_request_id IN ({listed})",
                max_results=TRACES_PER_SEARCH,
                include_spans=False,
            )
        for trace in found:
            yield trace.info.client_request_id or "", trace


def _human(trace: Trace, reviewer: str | None) -> list[Assessment]:
    """Return what people said and did not override; expectations know no overriding."""
    return [
        each
        for each in trace.info.assessments
        if each.valid is not False
        and each.source.source_type == _HUMAN
        and reviewer in (None, each.source.source_id)
        and (each.feedback or each.expectation)
    ]


def _statements(request_id: str, assessments: Sequence[Assessment]) -> Iterator[Statement]:
    """Yield a verdict's copies as one statement for each place, and everything else by itself."""
    copies: dict[tuple[str, int, Place], dict[str, Rating]] = defaultdict(dict)
    for each in assessments:
        said = {_name(each): Rating(_value(each), _rationale(each))}
        at = each.last_update_time_ms or 0
        author, place = each.source.source_id or "", _place(each)
        if REQUEST_ID_METADATA in (each.metadata or {}):
            copies[author, at, place] |= said
        else:
            yield Statement(request_id, author, at, place, said, is_whole=False)
    for (author, at, place), said in copies.items():
        yield Statement(request_id, author, at, place, said, is_whole=True, is_copy=True)


def _place(assessment: Assessment) -> Place:
    position = (assessment.metadata or {}).get(POSITION_METADATA)
    if position is None and assessment.span_id is None:
        return ANSWER
    return Place(assessment.span_id, int(position) if position and position.isdigit() else None)


def _name(assessment: Assessment) -> str:
    """Return the rating's name; of expectations only the corrected answer has its own."""
    is_other = assessment.expectation is not None and assessment.name != CORRECTED
    return EXPECTED + assessment.name if is_other else assessment.name


def _rationale(assessment: Assessment) -> str | None:
    return assessment.rationale or (assessment.metadata or {}).get(COMMENT_METADATA)


def _value(assessment: Assessment) -> Any:
    said = assessment.feedback or assessment.expectation
    value = said.value if said else None
    return tuple(str(each) for each in value) if isinstance(value, list) else value


def _key(assessment: Assessment) -> Key:
    place = _place(assessment)
    return place.step_id, place.position, _name(assessment)


def _wanted(verdict: Verdict, trace: Trace) -> dict[Key, Rating]:
    """Return what the trace is to say after this verdict."""
    said = ratings_of(verdict)
    if verdict.comment and THUMB not in said:
        said[COMMENT] = Rating(verdict.comment, verdict.comment)
    if verdict.corrected_answer:
        said[CORRECTED] = Rating(verdict.corrected_answer)
    wanted: dict[Key, Rating] = {(None, None, name): each for name, each in said.items()}
    retriever = _first_retriever(trace, verdict.source_ratings)
    for source in verdict.source_ratings:
        span_id, comment = source.step_id or retriever, source.comment or None
        if source.thumb:
            wanted[span_id, source.position, THUMB] = Rating(source.thumb.value, comment)
        elif comment:
            wanted[span_id, source.position, COMMENT] = Rating(comment, comment)
    return wanted


def _with_withdrawn(wanted: dict[Key, Rating], former: dict[Key, Assessment]) -> dict[Key, Rating]:
    """Add what was said before and is not said any more, as ratings without a value."""
    said = {key for key, each in former.items() if _value(each) is not None}
    return wanted | {key: Rating(None) for key in said - wanted.keys()}


def _first_retriever(trace: Trace, ratings: Sequence[SourceRating]) -> str | None:
    """Return the span whose documents are meant where a rating names none."""
    if all(rating.step_id for rating in ratings):
        return None
    with translated():
        whole = MlflowClient().get_trace(trace.info.trace_id, display=False)
    spans = [span for span in whole.data.spans if span.span_type == _RETRIEVER]
    return spans[0].span_id if spans else None


def _log(
    trace_id: str, verdict: Verdict, key: Key, rating: Rating, former: Assessment | None
) -> None:
    """Write one assessment; the one before stays readable and is no longer valid."""
    span_id, position, name = key
    if former and _is_same(former, rating):
        return
    source = AssessmentSource(source_type=_HUMAN, source_id=verdict.reviewer)
    if name == CORRECTED or name.startswith(EXPECTED):
        _log_expectation(trace_id, source, name.removeprefix(EXPECTED), rating, former)
        return
    feedback = Feedback(
        name=name,
        value=list(rating.value) if isinstance(rating.value, tuple) else rating.value,
        source=source,
        rationale=rating.rationale,
        span_id=span_id,
        metadata=None if position is None else {POSITION_METADATA: str(position)},
        overrides=former.assessment_id if former else None,
    )
    mlflow.log_assessment(trace_id, feedback)


def _log_expectation(
    trace_id: str,
    source: AssessmentSource,
    name: str,
    rating: Rating,
    former: Assessment | None,
) -> None:
    """Keep one expectation of each reviewer: MLflow cannot override them, and all count."""
    known = former.assessment_id if former else None
    # An update adds metadata and takes none away, so a comment taken back needs a new one.
    is_gone = rating.value is None or (former and _rationale(former) and not rating.rationale)
    if known and is_gone:
        mlflow.delete_assessment(trace_id, known)
    if rating.value is None:
        return
    value = list(rating.value) if isinstance(rating.value, tuple) else rating.value
    metadata = {COMMENT_METADATA: rating.rationale} if rating.rationale else None
    said = Expectation(name, value, source, metadata=metadata)
    if known and not is_gone:
        mlflow.update_assessment(trace_id, known, said)
    else:
        mlflow.log_assessment(trace_id, said)


def _is_same(former: Assessment, rating: Rating) -> bool:
    return (_value(former), _rationale(former) or None) == (rating.value, rating.rationale or None)
