"""Serves the version an alias points to, where an admin has turned that on.

When the alias is moved, the version is brought up without a share of the questions, asked what it
was logged with, and given all questions if the endpoint's rule allows. What was served before
stays, ready to return. Each version is tried once: what failed waits until the alias is moved
again, and what somebody has gone back from is not deployed anew.
"""

import time
from dataclasses import dataclass, replace
from textwrap import shorten

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import (
    ServedEntityOutput,
    ServingEndpoint,
    ServingEndpointDetailed,
)

from backend.deploying.deploying import NO_EXAMPLE, Deploying, Wish
from backend.deploying.deployments import Deployments, endpoint_now
from backend.error_translation import translated
from backend.errors import (
    BeingChanged,
    GuardRefused,
    NotFound,
    ReviewAppError,
    TookTooLong,
    Unavailable,
    Unreachable,
)
from backend.guard_rails.rails import save
from backend.guard_rails.settings import FOLLOW_STATE, Follow, FollowState, settings_from, written
from backend.jobs import alias_versions
from backend.jobs.app_identity import AppIdentity
from backend.releases import asked_changes
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Outcome, Release, Share, shares
from backend.serving import tag_texts
from backend.serving.model_environment import EXPERIMENT_ID

PREPARING, WAITING, SWITCHING, DONE, FAILED = (
    "preparing",
    "waiting",
    "switching",
    "done",
    "failed",
)
# How often the rule is asked whether it allows a version that waits.
WAIT_SECONDS = 60.0
RELEASES = 25
LONGEST_SAID = 600
# What is away comes back, and the next round begins where this one was.
_PASSING = (BeingChanged, TookTooLong, Unavailable, Unreachable)


@dataclass(frozen=True)
class _Turn:
    """One endpoint, the alias it follows, the version that has it, and how far the app is."""

    workspace: WorkspaceClient
    detail: ServingEndpointDetailed
    follow: Follow
    version: str
    step: str

    @property
    def endpoint(self) -> str:
        """Return the endpoint's name."""
        return self.detail.name or ""

    @property
    def share(self) -> Share | None:
        """Return the version as it is served now."""
        wanted = (self.follow.model, self.version)
        served = shares(self.detail.config)
        return next((each for each in served if (each.model, each.version) == wanted), None)

    @property
    def reason(self) -> str:
        """Return why the version is deployed."""
        return f"Alias {self.follow.alias} was moved to version {self.version}."


class AliasFollowing:
    """Takes one step a round for each endpoint that follows an alias."""

    def __init__(self, releases: Releases, wait_seconds: float = WAIT_SECONDS) -> None:
        self._releases = releases
        self._wait_seconds = wait_seconds
        self._asked_at: dict[tuple[str, str], float] = {}
        self._app = AppIdentity()

    def look(self, workspace: WorkspaceClient, endpoint: ServingEndpoint) -> None:
        """Take the next step, if there is one."""
        tags = {tag.key: tag.value or "" for tag in endpoint.tags or []}
        settings = settings_from(tags)
        if settings.follow is None:
            return
        follow, state, name = settings.follow, settings.follow_state, endpoint.name or ""
        try:
            version = alias_versions.version_of(follow.model, follow.alias)
        except NotFound:
            said = f"Model {follow.model} has no alias {follow.alias}."
            self._note(workspace, name, tags, FollowState("", FAILED, said))
            return
        if state.version == version and self._is_at_rest(name, state):
            return
        with translated():
            detail = workspace.serving_endpoints.get(name)
        now = endpoint_now(detail)
        if now.is_updating or now.is_stopped:
            return
        step = state.step if state.version == version else ""
        turn = _Turn(workspace, detail, follow, version, step)
        if (reached := self._stepped(turn)) is not None:
            self._note(workspace, name, tags, reached)

    def _is_at_rest(self, endpoint: str, state: FollowState) -> bool:
        """Tell whether there is nothing to do: it is over, or it waits and was just asked about."""
        asked_at = self._asked_at.get((endpoint, state.version), float("-inf"))
        waits = state.step == WAITING and time.monotonic() - asked_at < self._wait_seconds
        return waits or state.step in (DONE, FAILED)

    def _stepped(self, turn: _Turn) -> FollowState | None:
        """Take the step; None to go on from the same place in the next round."""
        try:
            asked_changes.permitted(turn.workspace, turn.endpoint)
            self._releases.settle(turn.detail)
            return self._step(turn)
        except _PASSING:
            return None
        except GuardRefused as refusal:
            return FollowState(turn.version, WAITING, refusal.sentence)
        except ReviewAppError as problem:
            return FollowState(turn.version, FAILED, problem.sentence)

    def _step(self, turn: _Turn) -> FollowState | None:
        share = turn.share
        if share is None:
            return self._prepare(turn)
        if share.percentage == 100:
            return FollowState(turn.version, DONE, f"{turn.reason} It answers all questions.")
        if turn.step == SWITCHING:
            return FollowState(turn.version, FAILED, self._problem(turn))
        if problem := self._trial_problem(turn, share):
            return FollowState(turn.version, FAILED, problem)
        return self._switch(turn, share)

    def _prepare(self, turn: _Turn) -> FollowState:
        if turn.step == PREPARING:
            return FollowState(turn.version, FAILED, self._problem(turn))
        live = _live_entity(turn.detail)
        variables = dict(live.environment_vars or {}) if live else {}
        # The new version gets the experiment of the endpoint, whatever the one before had.
        variables.pop(EXPERIMENT_ID, None)
        wish = Wish(
            model=turn.follow.model,
            version=turn.version,
            endpoint=turn.endpoint,
            reason=turn.reason,
            environment_vars=variables,
            workload_size=(live.workload_size if live else None) or "Small",
            scale_to_zero=bool(live and live.scale_to_zero_enabled),
        )
        Deploying(turn.workspace, self._releases).prepare(self._app.viewer(turn.workspace), wish)
        said = f"{turn.reason} It is being prepared."
        return FollowState(turn.version, PREPARING, said)

    def _trial_problem(self, turn: _Turn, share: Share) -> str:
        """Return what keeps a version from answering its own example; it is asked once."""
        prepared = self._release(turn, Kind.PREPARE)
        if prepared is None or prepared.added is None or prepared.added.name != share.name:
            return ""  # It answered people's questions before.
        trial = prepared.trial or Deploying(turn.workspace, self._releases).try_out(
            self._app.viewer(turn.workspace), prepared
        )
        return "" if trial.has_passed or trial.problem == NO_EXAMPLE else trial.problem

    def _switch(self, turn: _Turn, share: Share) -> FollowState:
        self._asked_at[(turn.endpoint, turn.version)] = time.monotonic()
        deployments = Deployments(turn.workspace, self._releases)
        viewer = self._app.viewer(turn.workspace)
        deployments.deploy(viewer, turn.endpoint, {share.name: 100}, turn.reason)
        return FollowState(turn.version, SWITCHING, f"{turn.reason} It is given the questions.")

    def _problem(self, turn: _Turn) -> str:
        """Return what became of the last change that brought the version."""
        release = self._release(turn, Kind.PREPARE) or self._release(turn, Kind.DEPLOY)
        said = release.problem if release and release.outcome is not Outcome.LIVE else ""
        return said or "The version did not come up."

    def _release(self, turn: _Turn, kind: Kind) -> Release | None:
        """Return the last release of this kind with the version in it."""
        wanted = (turn.follow.model, turn.version)
        found = (
            each
            for each in self._releases.page(turn.endpoint, RELEASES).releases
            if each.kind is kind and wanted in [(s.model, s.version) for s in each.after]
        )
        return next(found, None)

    def _note(
        self, workspace: WorkspaceClient, endpoint: str, tags: dict[str, str], state: FollowState
    ) -> None:
        """Keep how far it is where pages read it, and the next round."""
        # What is longer stands in the ledger.
        state = replace(state, said=shorten(state.said, LONGEST_SAID, placeholder=" …"))
        if settings_from(tags).follow_state != state:
            new = written(FOLLOW_STATE, state)
            save(workspace, endpoint, new, tag_texts.left_over(tags, (FOLLOW_STATE,), new))


def _live_entity(detail: ServingEndpointDetailed) -> ServedEntityOutput | None:
    """Return the version that answers most, whose settings the new one gets."""
    served = sorted(shares(detail.config), key=lambda each: -each.percentage)
    entities = (detail.config.served_entities if detail.config else None) or []
    return next((each for each in entities if served and each.name == served[0].name), None)
