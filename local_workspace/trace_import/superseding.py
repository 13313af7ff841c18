"""Which assessments are about the same thing, so that the newer one of the same source counts."""

from dataclasses import dataclass

from mlflow.entities import Assessment

from local_workspace.trace_import.assessment_entities import (
    POSITION_METADATA,
    VERDICT_METADATA,
    SpanFinder,
    source_of,
    span_of,
)
from local_workspace.trace_import.recorded import RecordedVerdict


@dataclass(frozen=True)
class Place:
    """What one verdict judges, the answer or one of its sources, and whose verdict it is."""

    trace_id: str | None
    source_type: str
    source_id: str | None
    span_id: str | None
    position: str | None


@dataclass(frozen=True)
class Said:
    """What one assessment is about."""

    place: Place
    name: str
    is_expectation: bool


def said_about(assessment: Assessment) -> Said:
    """Return what an assessment is about; the newest of those that are equal is valid."""
    place = Place(
        trace_id=assessment.trace_id,
        source_type=assessment.source.source_type,
        source_id=assessment.source.source_id,
        span_id=assessment.span_id,
        position=(assessment.metadata or {}).get(POSITION_METADATA),
    )
    return Said(place, assessment.name, is_expectation=assessment.expectation is not None)


def place_of(verdict: RecordedVerdict, span_of_source: SpanFinder) -> Place:
    """Return what a verdict judges; all its assessments are there."""
    span_id = span_of(verdict, span_of_source)
    position = (verdict.retrieval or {}).get("position")
    return Place(
        trace_id=verdict.trace_id,
        source_type=source_of(verdict).source_type,
        source_id=verdict.source_id,
        span_id=span_id,
        position=None if position is None else str(position),
    )


def is_copy(metadata: str | None) -> bool:
    """Tell by its metadata whether an assessment is the copy of a recorded verdict."""
    return VERDICT_METADATA in (metadata or "")
