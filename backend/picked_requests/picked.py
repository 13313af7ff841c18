"""What analysts do with requests they have picked: judge them, keep them for tests, ask them again.

MLflow is written with the app's own rights, after the visitor's token has shown that they may see
the endpoint and what was asked of it. Asking again takes an admin who manages the endpoint.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.endpoint_tests import whose_words
from backend.endpoint_tests.plan import Dataset
from backend.error_translation import translated
from backend.errors import NotAllowed, NotOffered, Refused
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import CORRECTED, CustomAnswer, Verdict
from backend.identity import SEES_ALL, Viewer
from backend.long_work.record import Job
from backend.mlflow_import import load_mlflow
from backend.replay.asking_again import asked_in
from backend.replay.marks import CLIENT_PREFIX, FIRST_ASKED_BY
from backend.replay.record import MOST, Said, Wanted
from backend.replay.replays import Replays
from backend.request_logs import whole_requests
from backend.request_logs.former_request import FormerRequest
from backend.request_logs.log_tables import tables_of
from backend.serving.endpoint_changes import EXPERIMENT_TAG
from backend.serving.endpoints import ServedVersion, endpoint_from

MOST_PICKED = MOST
NAME_CHARACTERS = 200
NO_EXPERIMENT = (
    "This endpoint names no MLflow experiment for its traces, so its answers cannot be put there."
)
REQUEST_ID_TAG, ENDPOINT_TAG = "reviewapp.request_id", "reviewapp.endpoint"


@dataclass(frozen=True)
class Added:
    """What has been added where, and which requests could not be."""

    name: str
    added: tuple[str, ...]
    # Not in MLflow yet, or not on record whole.
    left_out: tuple[str, ...] = ()


class PickedRequests:
    """Acts on picked requests of one endpoint for one visitor."""

    def __init__(self, workspace: WorkspaceClient, feedback: Feedback, replays: Replays) -> None:
        self._workspace = workspace
        self._feedback = feedback
        self._replays = replays

    def queues(self, viewer: Viewer, endpoint: str) -> list[str]:
        """Return the names of the review queues beside the endpoint's traces."""
        found: list[str] = _queues().names(_experiment(self._detail(viewer, endpoint)))
        return found

    def add_to_queue(
        self, viewer: Viewer, endpoint: str, request_ids: Sequence[str], queue: str
    ) -> Added:
        """Add the answers to a review queue, which is made if there is none of this name."""
        ids, name = _picked(request_ids), _named(queue)
        experiment = _experiment(self._detail(viewer, endpoint))
        tables = tables_of(self._workspace, endpoint)
        traces = _traces(experiment, whole_requests.on_record(self._workspace, tables, ids))
        if traces:
            _queues().add(experiment, name, list(traces.values()))
        return _added(name, ids, traces)

    def datasets(self, viewer: Viewer) -> list[Dataset]:
        """Return the evaluation datasets there are, the newest first."""
        _check(viewer)
        found: list[Dataset] = _datasets().all_datasets()
        return found

    def add_to_dataset(
        self, viewer: Viewer, endpoint: str, request_ids: Sequence[str], dataset: Dataset
    ) -> Added:
        """Add questions, answers and what people said is right; a set without an id is made."""
        ids, name = _picked(request_ids), _named(dataset.name)
        experiment = _experiment(self._detail(viewer, endpoint))
        found = whole_requests.read(self._workspace, tables_of(self._workspace, endpoint), ids)
        whole = {each.request_id: each for each in found if each.body is not None}
        if whole:
            said = self._feedback.read(viewer, endpoint, list(whole)).by_request
            traces = _traces(experiment, list(whole))
            records = [
                record_of(whole[each], endpoint, said.get(each, ()), traces.get(each))
                for each in ids
                if each in whole
            ]
            _records().add(experiment, Dataset(name, dataset.id), records)
        return _added(name, ids, whole)

    def versions(self, viewer: Viewer, endpoint: str) -> list[ServedVersion]:
        """Return the versions that can be asked, the newest first."""
        served = endpoint_from(self._detail(viewer, endpoint)).served
        able = [each for each in served if not each.problem]
        return sorted(able, key=lambda each: (len(each.version), each.version), reverse=True)

    def repeatable(self, viewer: Viewer, endpoint: str, request_ids: Sequence[str]) -> int:
        """Return how many of them can be asked again: those on record in their own words."""
        return self._replays.count(viewer, endpoint, _wanted(request_ids))

    def replay(
        self, viewer: Viewer, endpoint: str, request_ids: Sequence[str], served_name: str
    ) -> Job:
        """Have a version asked again what these requests asked."""
        return self._replays.begin(viewer, endpoint, served_name, _wanted(request_ids))

    def _detail(self, viewer: Viewer, endpoint: str) -> serving.ServingEndpointDetailed:
        _check(viewer)
        with translated():
            return self._workspace.serving_endpoints.get(endpoint)


def record_of(
    former: FormerRequest, endpoint: str, verdicts: Iterable[Verdict], trace_id: str | None
) -> dict[str, Any]:
    """Return a record of a dataset; of what people said is right, the last word counts.

    Its tags say whose words are in it, so that a person can be erased from it.
    """
    right = _last_words(verdicts)
    said_by = {name: verdict.reviewer for name, (_, verdict) in right.items()}
    people = whose_words.tags_of(former.request_id, _asked_by(former), said_by)
    record: dict[str, Any] = {
        "inputs": asked_in(former.body or {}),
        "outputs": former.answer,
        "expectations": {name: answer for name, (answer, _) in right.items()},
        "tags": {REQUEST_ID_TAG: former.request_id, ENDPOINT_TAG: endpoint} | people,
    }
    if trace_id:
        record["source"] = {"source_type": "TRACE", "source_data": {"trace_id": trace_id}}
    return record


def _last_words(verdicts: Iterable[Verdict]) -> dict[str, tuple[Any, Verdict]]:
    """Return what people said is right, by its name; verdicts come with the latest first."""
    right: dict[str, tuple[Any, Verdict]] = {}
    for verdict in reversed(list(verdicts)):
        right |= {name: (_plain(each), verdict) for name, each in verdict.expectations.items()}
        if verdict.corrected_answer:
            right[CORRECTED] = (verdict.corrected_answer, verdict)
    return right


def _asked_by(former: FormerRequest) -> list[str]:
    """Return who has asked; what a replay asked again, somebody else asked before."""
    body = former.body or {}
    said = body.get("usage_context")
    if not str(body.get("client_request_id", "")).startswith(CLIENT_PREFIX):
        return [former.asked_by]
    first = said.get(FIRST_ASKED_BY) if isinstance(said, dict) else None
    return [former.asked_by, str(first or "")]


def _plain(answer: CustomAnswer) -> Any:
    return list(answer) if isinstance(answer, tuple) else answer


def _check(viewer: Viewer) -> None:
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed("What others asked is for analysts and admins.")


def _picked(request_ids: Sequence[str]) -> list[str]:
    ids = list(dict.fromkeys(request_ids))
    if not 1 <= len(ids) <= MOST_PICKED:
        raise Refused(f"Between one and {MOST_PICKED} requests can be taken at a time.")
    return ids


def _wanted(request_ids: Sequence[str]) -> Wanted:
    return Wanted(Said.ANYTHING, request_ids=tuple(_picked(request_ids)))


def _named(name: str) -> str:
    said = " ".join(name.split())
    if not 1 <= len(said) <= NAME_CHARACTERS:
        raise Refused(f"A name has between one and {NAME_CHARACTERS} letters.")
    return said


def _added(name: str, ids: Sequence[str], found: Mapping[str, object]) -> Added:
    return Added(
        name,
        tuple(each for each in ids if each in found),
        tuple(each for each in ids if each not in found),
    )


def _experiment(detail: serving.ServingEndpointDetailed) -> str:
    found = next((t.value for t in detail.tags or [] if t.key == EXPERIMENT_TAG), None)
    if not found:
        raise NotOffered(NO_EXPERIMENT)
    return found


def _traces(experiment: str, request_ids: Sequence[str]) -> dict[str, str]:
    """Return the traces of those requests that have one in MLflow by now."""
    load_mlflow()
    from backend.feedback import trace_assessments  # noqa: PLC0415 - it imports MLflow

    found = trace_assessments.traces_of(experiment, request_ids)
    return {request_id: trace.info.trace_id for request_id, trace in found}


def _queues() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.picked_requests import queues  # noqa: PLC0415 - see above

    return queues


def _records() -> ModuleType:
    load_mlflow()
    from backend.picked_requests import records  # noqa: PLC0415 - it imports MLflow

    return records


def _datasets() -> ModuleType:
    load_mlflow()
    from backend.endpoint_tests import datasets  # noqa: PLC0415 - it imports MLflow

    return datasets
