"""Work that outlives a browser: asked for here, done by `python -m backend.jobs`.

Whoever asks needs the right to manage the endpoint. The record is read and written with the app's
rights, after the visitor's token has shown what that person may do.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import NotAllowed
from backend.identity import SEES_ALL, Role, Viewer
from backend.long_work import app_rights
from backend.long_work import consent as job_consent
from backend.long_work.record import Job, JobKind
from backend.mlflow_import import load_mlflow

# Without a sign of life for so long nobody is there who does the work.
ATTENDED_WITHIN = timedelta(seconds=30)
_MAY_CHANGE = serving.ServingEndpointDetailedPermissionLevel.CAN_MANAGE


class LongWork:
    """Asks for work, shows how far it is, and calls it off."""

    def __init__(self, workspace: WorkspaceClient, as_app: Callable[[], WorkspaceClient]) -> None:
        # As the visitor, whose rights decide.
        self._workspace = workspace
        self._as_app = as_app

    def ask(
        self,
        viewer: Viewer,
        kind: JobKind,
        endpoint: str,
        subject: str,
        parameters: Mapping[str, Any],
    ) -> Job:
        """Put work on record; whoever does it begins within seconds."""
        detail = self._checked(viewer, endpoint)
        app_rights.lend(self._workspace, self._as_app, detail, app_rights.Level.CAN_QUERY)
        job = Job(kind, endpoint, subject, viewer.user_name, datetime.now(UTC))

        def agree(kept: Job) -> None:
            job_consent.give(self._workspace, detail, kept, parameters)

        asked: Job = _runs().ask(job, parameters, agree)
        return asked

    def cancel(self, viewer: Viewer, job: Job) -> None:
        """Ask whoever does it to stop after the step it is in."""
        self._checked(viewer, job.endpoint)
        _runs().ask_to_cancel(job, viewer.user_name)

    def read(self, viewer: Viewer, job_id: str) -> Job:
        """Return one job as it is now; its address can be opened by anybody who may see it."""
        job: Job = _runs().read(job_id)
        self._check_may_read(viewer, job.endpoint)
        return job

    def latest(self, viewer: Viewer, endpoint: str, kind: JobKind | None = None) -> list[Job]:
        """Return the endpoint's jobs, the newest first."""
        self._check_may_read(viewer, endpoint)
        found: list[Job] = _runs().latest(endpoint, kind)
        return found

    def table(self, viewer: Viewer, job: Job, name: str) -> list[dict[str, Any]]:
        """Return a table of what came of it."""
        self._check_may_read(viewer, job.endpoint)
        found: list[dict[str, Any]] = _runs().table(job, name)
        return found

    def parameters(self, viewer: Viewer, job: Job) -> dict[str, Any]:
        """Return what was asked for."""
        self._check_may_read(viewer, job.endpoint)
        found: dict[str, Any] = _runs().parameters(job)
        return found

    def is_attended(self) -> bool:
        """Tell whether somebody is there who does the work."""
        seen = self.attended_at()
        return seen is not None and datetime.now(UTC) - seen < ATTENDED_WITHIN

    def attended_at(self) -> datetime | None:
        """Return when somebody was last there who does the work."""
        seen: datetime | None = _runs().attended_at()
        return seen

    def _checked(self, viewer: Viewer, endpoint: str) -> serving.ServingEndpointDetailed:
        """Make sure that the viewer may have work done with this endpoint."""
        with translated():
            detail = self._workspace.serving_endpoints.get(endpoint)
        if not viewer.has_any((Role.ADMIN,)) or detail.permission_level != _MAY_CHANGE:
            raise NotAllowed("This takes an admin who may manage the endpoint.")
        return detail

    def _check_may_read(self, viewer: Viewer, endpoint: str) -> None:
        if not viewer.has_any(SEES_ALL):
            raise NotAllowed("This is for analysts and admins.")
        with translated():
            self._workspace.serving_endpoints.get(endpoint)


def _runs() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.long_work import runs as job_runs  # noqa: PLC0415 - see above

    return job_runs
