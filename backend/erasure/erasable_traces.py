"""What MLflow has of one person: the traces of what they asked, and their verdicts on any trace.

Experiments are looked through trace by trace: no search of MLflow knows who gave a verdict, and a
search for a user's name may overlook what its filter cannot spell. Done with the app's own rights,
so whoever calls must have made sure of the visitor's. Importing this imports MLflow, which takes
seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType
from mlflow.entities.trace_info import TraceInfo

from backend.error_translation import translated
from backend.replay.marks import FIRST_ASKED_BY

USER = "mlflow.trace.user"
TRACES_PER_PAGE = 200
_DELETED_AT_ONCE = 100


@dataclass(frozen=True)
class Experiment:
    """Where traces may be; a deleted one keeps its own."""

    id: str
    name: str


@dataclass(frozen=True)
class FoundTraces:
    """What there is of a person in one experiment, by its ids."""

    traces: list[str] = field(default_factory=list)
    # Trace and assessment; those on the person's own traces go with them.
    verdicts: list[tuple[str, str]] = field(default_factory=list)


def experiments() -> list[Experiment]:
    """Return every experiment there is."""
    found: list[Experiment] = []
    token: str | None = None
    while True:
        with translated():
            page = MlflowClient().search_experiments(view_type=ViewType.ALL, page_token=token)
        found += [Experiment(each.experiment_id, each.name) for each in page]
        token = page.token
        if not token:
            return found


def find(experiment: str, person: str) -> FoundTraces:
    """Look through all traces of an experiment."""
    found = FoundTraces()
    for info in _all(experiment):
        metadata = info.trace_metadata
        asked_by = (metadata.get(USER), metadata.get(FIRST_ASKED_BY))
        if any(_same(each, person) for each in asked_by):
            found.traces.append(info.trace_id)
            continue
        found.verdicts.extend(
            (info.trace_id, each.assessment_id)
            for each in info.assessments
            if each.assessment_id and each.source and _same(each.source.source_id, person)
        )
    return found


def delete(experiment: str, found: FoundTraces) -> None:
    """Delete traces with all that is on them, and single verdicts on others."""
    client = MlflowClient()
    with translated():
        for start in range(0, len(found.traces), _DELETED_AT_ONCE):
            together = found.traces[start : start + _DELETED_AT_ONCE]
            client.delete_traces(experiment, trace_ids=together)
        for trace_id, assessment_id in found.verdicts:
            mlflow.delete_assessment(trace_id, assessment_id)


def _all(experiment: str) -> Iterator[TraceInfo]:
    token: str | None = None
    while True:
        with translated():
            page = MlflowClient().search_traces(
                locations=[experiment],
                max_results=TRACES_PER_PAGE,
                page_token=token,
                include_spans=False,
            )
        for trace in page:
            yield trace.info
        token = page.token
        if not token:
            return


def _same(name: str | None, person: str) -> bool:
    return (name or "").strip().lower() == person.strip().lower()
