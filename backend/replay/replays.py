"""Replay before deploy: what people asked, asked again of a version that is not live yet.

Asking takes an admin who may manage the endpoint. Judging the new answers can be opened to
reviewers: they have no rights of their own on what is on record, so the app reads it with its own,
after their token has shown that they may ask this endpoint, and only what is in this replay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered
from backend.feedback.assessment_tables import assessment_log
from backend.feedback.feedback import LOOK_ONLY, Feedback
from backend.feedback.verdicts import Verdict
from backend.identity import SEES_ALL, Role, Viewer
from backend.long_work.long_work import LongWork
from backend.long_work.record import Job, JobKind, JobState
from backend.mlflow_import import load_mlflow
from backend.replay import recorded_requests as replay_requests
from backend.replay.record import (
    SHARED,
    TABLE,
    VERSION,
    WANTED,
    NewAnswer,
    ReplaySummary,
    Said,
    Wanted,
    answer_from,
    summary_of,
    wanted_from,
)
from backend.request_logs import whole_requests
from backend.request_logs.former_request import FormerRequest
from backend.request_logs.log_tables import NO_LOG, tables_of
from backend.serving.deployment_names import FEEDBACK

NOT_SERVED = (
    "The endpoint does not serve this version. Prepare it at 0 % first: nobody is answered by it "
    "then, and it can be asked."
)


@dataclass(frozen=True)
class Replay:
    """One replay as its viewer may see it; without answers until it is over."""

    job: Job
    wanted: Wanted
    # Of the registered model that was asked.
    version: str = ""
    # Whether reviewers who have the link may judge.
    is_shared: bool = False
    answers: tuple[NewAnswer, ...] = ()
    # What was said of the new answers: by everybody, or by the viewer alone.
    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)

    @property
    def summary(self) -> ReplaySummary:
        """Return how it stands with all of it."""
        return replace(
            summary_of(self.answers, self.verdicts),
            is_flagged=self.wanted.said is Said.DOWN,
            job_id=self.job.id,
            asked_at=self.job.asked_at,
        )


class Replays:
    """Asks for replays and shows what came of them."""

    def __init__(
        self,
        workspace: WorkspaceClient,
        as_app: Callable[[], WorkspaceClient],
        long_work: LongWork,
        feedback: Feedback,
    ) -> None:
        # As the visitor, whose rights decide; and as the app, for what reviewers have no right to.
        self._workspace = workspace
        self._as_app = as_app
        self._long_work = long_work
        self._feedback = feedback

    def count(self, viewer: Viewer, endpoint: str, wanted: Wanted) -> int:
        """Return how many recorded requests are like this."""
        _check_sees_all(viewer)
        tables = tables_of(self._workspace, endpoint)
        return replay_requests.count(self._workspace, tables, wanted)

    def begin(
        self,
        viewer: Viewer,
        endpoint: str,
        served_name: str,
        wanted: Wanted,
        *,
        is_shared: bool = False,
    ) -> Job:
        """Have a served version asked again what is wanted."""
        detail = self._detail(endpoint)
        if assessment_log(detail) is None:
            raise NotOffered(NO_LOG)
        version = _version(detail, served_name)
        parameters = {WANTED: wanted.as_parameters(), SHARED: is_shared, VERSION: version}
        return self._long_work.ask(viewer, JobKind.REPLAY, endpoint, served_name, parameters)

    def latest(self, viewer: Viewer, endpoint: str) -> list[Job]:
        """Return the endpoint's replays, the newest first."""
        return self._long_work.latest(viewer, endpoint, JobKind.REPLAY)

    def open(self, viewer: Viewer, job_id: str) -> Replay:
        """Return a replay with its answers, and what was said of them."""
        job, parameters = self._checked(viewer, job_id)
        replay = Replay(
            job,
            wanted_from(parameters.get(WANTED, {})),
            str(parameters.get(VERSION, "")),
            parameters.get(SHARED) is True,
        )
        if job.state is not JobState.DONE:
            return replay
        answers = tuple(answer_from(row) for row in _runs().table(job, TABLE))
        said = self._said(viewer, job.endpoint, answers)
        return replace(replay, answers=answers, verdicts=said)

    def former(
        self, viewer: Viewer, replay: Replay, request_ids: Sequence[str]
    ) -> dict[str, FormerRequest]:
        """Return what was asked and answered then, as far as it is on record, by its id."""
        self._checked(viewer, replay.job.id)
        known = {each.request_id for each in replay.answers}
        ids = [each for each in request_ids if each in known]
        if not ids:
            return {}
        app = self._as_app()
        tables = tables_of(app, replay.job.endpoint)
        said = replay_requests.verdicts_on(app, tables, ids)
        return {
            each.request_id: replace(each, body=None, verdicts=_known_to(viewer, said, each))
            for each in whole_requests.read(app, tables, ids)
        }

    def summary(self, viewer: Viewer, endpoint: str, served_name: str) -> ReplaySummary | None:
        """Return what the version's last replay has shown; None if it was never asked anything."""
        done = (
            job
            for job in self.latest(viewer, endpoint)
            if job.subject == served_name and job.state is JobState.DONE
        )
        found = next(done, None)
        summary = self.open(viewer, found.id).summary if found else None
        return summary if summary and summary.asked else None

    def _checked(self, viewer: Viewer, job_id: str) -> tuple[Job, dict[str, Any]]:
        """Return the job and what was asked for, if the viewer may see it."""
        if viewer.has_any(SEES_ALL):
            job = self._long_work.read(viewer, job_id)
            _check_is_replay(job)
            return job, self._long_work.parameters(viewer, job)
        job = _runs().read(job_id)
        _check_is_replay(job)
        parameters: dict[str, Any] = _runs().parameters(job)
        may_ask = self._detail(job.endpoint).permission_level != LOOK_ONLY
        if not (viewer.has_any((Role.REVIEWER,)) and may_ask and parameters.get(SHARED) is True):
            raise NotAllowed("This replay was not opened to reviewers of its chain.")
        return job, parameters

    def _said(
        self, viewer: Viewer, endpoint: str, answers: Sequence[NewAnswer]
    ) -> dict[str, list[Verdict]]:
        ids = [each.new_request_id for each in answers if each.has_come]
        return dict(self._feedback.read(viewer, endpoint, ids).by_request)

    def _detail(self, endpoint: str) -> serving.ServingEndpointDetailed:
        with translated():
            return self._workspace.serving_endpoints.get(endpoint)


def _check_sees_all(viewer: Viewer) -> None:
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed("What others asked is for analysts and admins.")


def _version(detail: serving.ServingEndpointDetailed, served_name: str) -> str:
    """Return the registered version that is served under this name."""
    entities = (detail.config.served_entities if detail.config else None) or []
    found = next((each for each in entities if each.name == served_name), None)
    if found is None or served_name == FEEDBACK:
        raise NotFound(NOT_SERVED)
    return found.entity_version or ""


def _check_is_replay(job: Job) -> None:
    if job.kind is not JobKind.REPLAY:
        raise NotFound("There is no such replay.")


def _known_to(
    viewer: Viewer, said: dict[str, list[Verdict]], former: FormerRequest
) -> tuple[Verdict, ...]:
    """Return what was said; of what others said, a reviewer may know the thumb alone."""
    verdicts = said.get(former.request_id, [])
    if viewer.has_any(SEES_ALL):
        return tuple(verdicts)
    return tuple(
        each
        if each.reviewer == viewer.user_name
        else Verdict(each.request_id, "", each.thumb, given_at=each.given_at)
        for each in verdicts
    )


def _runs() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.long_work import runs as job_runs  # noqa: PLC0415 - see above

    return job_runs
