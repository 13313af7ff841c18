"""Writes verdicts into MLflow's tables: what one source said last of one thing is what counts.

A newer assessment overrides the one before, as MLflow's own clients do it. One that arrives late
takes its place in the row of those overridden, so that the order of arrival does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from mlflow.entities import Assessment, SpanType
from mlflow.store.tracking.dbmodels.models import SqlAssessments, SqlSpan, SqlTraceInfo
from sqlalchemy.orm import Session

from local_workspace.trace_import.assessment_entities import assessments_of
from local_workspace.trace_import.destination import Refusal
from local_workspace.trace_import.recorded import RecordedVerdict
from local_workspace.trace_import.superseding import Place, Said, is_copy, place_of, said_about


def write_verdicts(session: Session, verdicts: Sequence[RecordedVerdict]) -> list[Refusal]:
    """Write what is not there yet; must be called in a transaction."""
    trace_ids = sorted({verdict.trace_id for verdict in verdicts})
    traces = _traces(session, trace_ids)
    spans = _Spans(session, trace_ids) if any(each.retrieval for each in verdicts) else None
    find = spans.find if spans else _no_span
    known = _Known(session, trace_ids)
    refusals: list[Refusal] = []
    for verdict in verdicts:
        if (trace := traces.get(verdict.trace_id)) is None:
            refusals.append(f"MLflow has no trace {verdict.trace_id}")
            continue
        for assessment in assessments_of(verdict, find):
            if assessment.assessment_id not in known.ids:
                session.add(known.add(assessment, trace))
        known.take_back(place_of(verdict, find), verdict.timestamp // 1000)
        refusals.append(None)
    session.flush()
    return refusals


class _Known:
    """What is said already of some traces."""

    def __init__(self, session: Session, trace_ids: Sequence[str]) -> None:
        self.ids: set[str | None] = set()
        self._said: dict[Said, list[Any]] = defaultdict(list)
        self._at: dict[Place, list[Any]] = defaultdict(list)
        query: Iterable[Any] = (
            session.query(SqlAssessments)
            .filter(SqlAssessments.trace_id.in_(trace_ids))
            .filter(SqlAssessments.assessment_type != "issue")
            .order_by(SqlAssessments.created_timestamp)
        )
        for row in query:
            self._remember(said_about(row.to_mlflow_entity()), row)

    def add(self, assessment: Assessment, trace: Any) -> Any:
        """Return the row of an assessment, in its place among those about the same."""
        row = SqlAssessments.from_mlflow_entity(assessment)
        row.experiment_id, row.trace_timestamp_ms = trace.experiment_id, trace.timestamp_ms
        said = said_about(assessment)
        before = self._said[said]
        newer = [each for each in before if each.created_timestamp > row.created_timestamp]
        if newer:
            successor = min(newer, key=lambda each: each.created_timestamp)
            row.valid, row.overrides = False, successor.overrides
            successor.overrides = row.assessment_id
        elif before:
            last = max(before, key=lambda each: (each.valid, each.created_timestamp))
            row.overrides, last.valid = last.assessment_id, False
        self._remember(said, row)
        return row

    def take_back(self, place: Place, timestamp_ms: int) -> None:
        """What a source said before of the same, and does not repeat, it says no more."""
        copies = [row for row in self._at[place] if is_copy(row.assessment_metadata)]
        latest = max([timestamp_ms, *(row.created_timestamp for row in copies)])
        for row in copies:
            if row.created_timestamp < latest:
                row.valid = False

    def _remember(self, said: Said, row: Any) -> None:
        self.ids.add(row.assessment_id)
        self._said[said].append(row)
        self._at[said.place].append(row)


def _traces(session: Session, trace_ids: Sequence[str]) -> dict[str, Any]:
    columns = (SqlTraceInfo.request_id, SqlTraceInfo.experiment_id, SqlTraceInfo.timestamp_ms)
    query: Any = session.query(*columns).filter(SqlTraceInfo.request_id.in_(trace_ids))
    return {row.request_id: row for row in query}


class _Spans:
    """The spans of some traces to which a judgement of a source may belong."""

    def __init__(self, session: Session, trace_ids: Sequence[str]) -> None:
        columns = (SqlSpan.trace_id, SqlSpan.span_id, SqlSpan.type)
        query: Any = session.query(*columns).filter(SqlSpan.trace_id.in_(trace_ids))
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._retrievers: dict[str, str] = {}
        for row in query.order_by(SqlSpan.start_time_unix_nano):
            self._ids[row.trace_id].add(row.span_id)
            if row.type == SpanType.RETRIEVER:
                self._retrievers.setdefault(row.trace_id, row.span_id)

    def find(self, trace_id: str, step_id: str | None) -> str | None:
        """Return the span named, or the first that retrieved something."""
        if step_id in self._ids[trace_id]:
            return step_id
        return self._retrievers.get(trace_id)


def _no_span(_trace_id: str, _step_id: str | None) -> None:
    return None
