"""Bringing a version onto an endpoint without giving it anybody's question, and trying it there.

What is asked for here is asked with the admin's own token. The new version comes up at 0 %, in the
environment it will have, and answers its own input example; whether it then gets a share of the
questions is another decision (`backend/deploying/deployments.py`).
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServedEntityInput, ServingEndpointDetailed

from backend.error_translation import translated
from backend.errors import (
    ChainFailed,
    Failed,
    NotAllowed,
    NotFound,
    Refused,
    ReviewAppError,
    TookTooLong,
    Unavailable,
)
from backend.identity import Role, Viewer
from backend.mlflow_import import load_mlflow
from backend.releases import asked_changes
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Release, requested, shares
from backend.releases.trial import REQUEST_PREFIX, Trial
from backend.serving import deployment_names, model_environment
from backend.serving.deployment_names import FEEDBACK, ModelName
from backend.serving.endpoint_changes import (
    EXPERIMENT_TAG,
    CurrentState,
    EndpointChange,
    apply,
    current_state,
    explained,
)
from backend.serving.endpoints import Readiness, endpoint_from
from backend.serving.served_entities import Plan, prepared
from backend.turns.answer_reading import AnswerReading
from backend.turns.question_shapes import invocations_path
from backend.turns.recorded_turns import question_in

WORKLOAD_SIZES = ("Small", "Medium", "Large")
NO_TEXT = "It answered, but with nothing in which the Review App finds a text."
NO_EXAMPLE = "It was logged without an input example, so there is nothing to ask it."


@dataclass(frozen=True)
class Wish:
    """What somebody wants to have on an endpoint, and why."""

    model: str
    version: str
    endpoint: str
    reason: str
    environment_vars: Mapping[str, str] = field(default_factory=dict)
    workload_size: str = "Small"
    scale_to_zero: bool = False


class Deploying:
    """Prepares and tries versions for one admin."""

    def __init__(self, workspace: WorkspaceClient, releases: Releases) -> None:
        self._workspace = workspace
        self._releases = releases

    def models(self, viewer: Viewer) -> list[str]:
        """Return the registered models that can be served."""
        _check_may_choose(viewer)
        found: list[str] = _registered().models()
        return found

    def versions(self, viewer: Viewer, model: str) -> list[str]:
        """Return a model's versions, the newest first."""
        _check_may_choose(viewer)
        found: list[str] = _registered().versions(model)
        return found

    def prepare(self, viewer: Viewer, wish: Wish) -> Release:
        """Bring the version up at 0 %; on an endpoint that serves nothing yet it takes it all."""
        _check_may_choose(viewer)
        reason = asked_changes.said(wish.reason)
        new = _entity(wish)
        with explained(wish.endpoint):
            current = current_state(self._workspace, wish.endpoint)
        before = current or CurrentState()
        if before.detail:
            asked_changes.checked(self._workspace, wish.endpoint)
            _check_runs(before.detail)
        found = _registered().check(wish.model, wish.version)
        model = ModelName.parse(wish.model)
        change = EndpointChange(wish.endpoint, model, new, {}).traced_into(
            before.tags.get(EXPERIMENT_TAG, found.experiment_id)
        )
        planned = prepared(change.new, _feedback(model, wish.scale_to_zero), before.config)
        return self._ask(viewer, change, planned, current, reason)

    def try_out(self, viewer: Viewer, release: Release) -> Trial:
        """Ask the version that came up what it was logged with, and keep what it says."""
        asked_changes.permitted(self._workspace, release.endpoint)
        share = release.added
        if share is None:
            raise NotFound("This release brought no version that could be tried.")
        body = _registered().example(share.model, share.version)
        now, by = datetime.now(UTC), viewer.user_name
        if body is None:
            trial = Trial(now, by, "", problem=NO_EXAMPLE)
        else:
            trial = self._asked(
                Trial(now, by, question_in(body)), release.endpoint, share.name, body
            )
        self._releases.note(release, trial.tags())
        return trial

    def _ask(
        self,
        viewer: Viewer,
        change: EndpointChange,
        planned: Plan,
        current: CurrentState | None,
        reason: str,
    ) -> Release:
        before = current or CurrentState()
        if before.detail:
            self._releases.catch_up(before.detail)
        served = shares(before.config)
        kind = Kind.PREPARE if served else Kind.DEPLOY
        release = self._releases.begin(
            requested(kind, change.endpoint, viewer.user_name, reason, served, planned)
        )
        asked = asked_changes.asked(
            self._releases, release, lambda: apply(self._workspace, change, planned, current)
        )
        return self._releases.asked(release, asked)

    def _asked(
        self, trial: Trial, endpoint: str, served_name: str, body: Mapping[str, object]
    ) -> Trial:
        sent = dict(body) | {"client_request_id": f"{REQUEST_PREFIX}{uuid.uuid4()}"}
        started = time.monotonic()
        try:
            with translated():
                path = invocations_path(endpoint, served_name)
                answer = self._workspace.api_client.do("POST", path, body=sent)
        except (Refused, Failed, ChainFailed, TookTooLong, Unavailable) as error:
            return _ended(trial, started, problem=_sentence(error))
        reading = AnswerReading()
        reading.read(answer)
        text = reading.text.strip()
        return _ended(trial, started, answer=text, problem="" if text else NO_TEXT)


def _ended(trial: Trial, started: float, answer: str = "", problem: str = "") -> Trial:
    seconds = time.monotonic() - started
    return Trial(trial.at, trial.by, trial.question, answer, problem, seconds)


def _sentence(error: ReviewAppError) -> str:
    return error.sentence


def _entity(wish: Wish) -> ServedEntityInput:
    if wish.workload_size not in WORKLOAD_SIZES:
        raise Refused(f"The size is one of {', '.join(WORKLOAD_SIZES)}.")
    model = ModelName.parse(wish.model)
    return ServedEntityInput(
        name=deployment_names.served_entity_name(model, wish.version),
        entity_name=wish.model,
        entity_version=wish.version,
        environment_vars=model_environment.checked(wish.environment_vars),
        scale_to_zero_enabled=wish.scale_to_zero,
        workload_size=wish.workload_size,
    )


def _feedback(model: ModelName, scale_to_zero: bool) -> ServedEntityInput:
    """Return what takes the verdicts of an endpoint that has nothing for them yet."""
    return ServedEntityInput(
        name=FEEDBACK,
        entity_name=model.feedback_model,
        entity_version="1",
        scale_to_zero_enabled=scale_to_zero,
        workload_size="Small",
    )


def _check_runs(detail: ServingEndpointDetailed) -> None:
    if endpoint_from(detail).readiness is Readiness.STOPPED:
        raise Refused(f"Endpoint {detail.name!r} is stopped. Start it first.")


def _check_may_choose(viewer: Viewer) -> None:
    """Make sure that the viewer may know the registry, which is read with the app's rights."""
    if not viewer.has_any((Role.ADMIN,)):
        raise NotAllowed("Deploying is for admins.")


def _registered() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.deploying import deployable_versions  # noqa: PLC0415 - see above

    return deployable_versions
