"""The one way of the app to put a verdict on record and to read verdicts back.

Submitting goes through the feedback API where an endpoint has it, and to MLflow's assessments
otherwise. Reading joins what MLflow has, which lags behind, with the assessment log, which does
not; either may be missing, and the answer says so.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from types import ModuleType

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import (
    ServingEndpointDetailed,
    ServingEndpointDetailedPermissionLevel,
)

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered, ReviewAppError
from backend.feedback import assessment_tables, feedback_api
from backend.feedback.recorded_statements import Statement, last_verdicts
from backend.feedback.verdicts import Verdict
from backend.identity import SEES_ALL, Role, Viewer
from backend.mlflow_import import load_mlflow
from backend.serving.endpoint_changes import EXPERIMENT_TAG

LOOK_ONLY = ServingEndpointDetailedPermissionLevel.CAN_VIEW


class Store(StrEnum):
    """Where verdicts are kept."""

    MLFLOW = "mlflow"
    TABLES = "tables"


@dataclass(frozen=True)
class RecordedVerdicts:
    """Each reviewer's last verdict by request, and which store could not be asked, and why."""

    by_request: Mapping[str, list[Verdict]] = field(default_factory=dict)
    missing: Mapping[Store, ReviewAppError] = field(default_factory=dict)


class Feedback:
    """Verdicts of one visitor, or on everything for those whose role it is to see that."""

    def __init__(
        self, workspace: WorkspaceClient, app_workspace: Callable[[], WorkspaceClient]
    ) -> None:
        # As the visitor, whose rights decide; and as the app, for what reviewers have no right to.
        self._workspace = workspace
        self._app_workspace = app_workspace

    def submit(self, viewer: Viewer, endpoint: str, verdict: Verdict) -> None:
        """Put a verdict on record; it takes the place of the reviewer's former one."""
        if verdict.reviewer != viewer.user_name and not viewer.has_any((Role.ADMIN,)):
            raise NotAllowed("A verdict can only be given in one's own name.")
        with translated():
            detail = self._workspace.serving_endpoints.get(endpoint)
            if feedback_api.takes_feedback(detail):
                feedback_api.post(self._workspace, endpoint, verdict)
                return
        if detail.permission_level == LOOK_ONLY:
            raise NotAllowed("Judging an endpoint's answers takes the right to ask it.")
        experiment = _experiment(detail)
        if experiment is None:
            raise NotOffered(f"The endpoint {endpoint!r} keeps neither verdicts nor traces.")
        _trace_assessments().write(experiment, verdict)

    def read(self, viewer: Viewer, endpoint: str, request_ids: Sequence[str]) -> RecordedVerdicts:
        """Return the last verdicts on these requests: the viewer's own, or everybody's.

        One store that does not answer is told in `missing`; only without any it is an error.
        """
        if not request_ids:
            return RecordedVerdicts()
        with translated():
            detail = self._workspace.serving_endpoints.get(endpoint)
        reviewer = None if viewer.has_any(SEES_ALL) else viewer.user_name
        ids = list(dict.fromkeys(request_ids))
        found, missing = _asked_at_once(
            {
                Store.TABLES: partial(self._in_tables, detail, ids, reviewer),
                Store.MLFLOW: partial(_in_mlflow, detail, ids, reviewer),
            }
        )
        if not found:
            raise missing[Store.TABLES]
        verdicts = last_verdicts(found.get(Store.TABLES, []), found.get(Store.MLFLOW, []))
        return RecordedVerdicts(verdicts, missing)

    def _in_tables(
        self, detail: ServingEndpointDetailed, request_ids: list[str], reviewer: str | None
    ) -> list[Statement]:
        log = assessment_tables.assessment_log(detail)
        if log is None:
            raise NotFound("The endpoint has no inference tables.")
        return assessment_tables.read(self._app_workspace(), log, request_ids, reviewer)


def _asked_at_once(
    questions: Mapping[Store, Callable[[], list[Statement]]],
) -> tuple[dict[Store, list[Statement]], dict[Store, ReviewAppError]]:
    """Return what each store has, and why the others have nothing to say."""
    found, missing = {}, {}
    with ThreadPoolExecutor(max_workers=len(questions)) as pool:
        answers = {store: pool.submit(ask) for store, ask in questions.items()}
    for store, answer in answers.items():
        try:
            found[store] = answer.result()
        except ReviewAppError as error:
            missing[store] = error
    return found, missing


def _in_mlflow(
    detail: ServingEndpointDetailed, request_ids: list[str], reviewer: str | None
) -> list[Statement]:
    experiment = _experiment(detail)
    if experiment is None:
        raise NotFound("The endpoint names no MLflow experiment for its traces.")
    found: list[Statement] = _trace_assessments().read(experiment, request_ids, reviewer)
    return found


def _experiment(detail: ServingEndpointDetailed) -> str | None:
    tags = {tag.key: tag.value for tag in detail.tags or []}
    return tags.get(EXPERIMENT_TAG)


def _trace_assessments() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.feedback import trace_assessments  # noqa: PLC0415 - see above

    return trace_assessments
