"""The ledger: every change of what an endpoint serves; who, when, from, to, why, with what outcome.

A change is written down before it is asked for and decided afterwards by what the workspace says,
so that the ledger is truthful whoever dies in between. Changes by other clients are found by
comparing. Written with the app's rights; whoever calls has made sure of the visitor's.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

from databricks.sdk.service import serving

from backend.mlflow_import import load_mlflow
from backend.release_record import Kind, Outcome, Page, Release, Share, path_to_now, shares

# A change the workspace has not heard of after so long never reached it.
LOST_AFTER = timedelta(minutes=2)
LOOKED_BACK = 200
NEVER_ASKED = "The change never reached the workspace: whoever asked for it was cut off before."
_FAILED = serving.EndpointStateConfigUpdate.UPDATE_FAILED
_CANCELED = serving.EndpointStateConfigUpdate.UPDATE_CANCELED
_UPDATING = serving.EndpointStateConfigUpdate.IN_PROGRESS


@dataclass(frozen=True)
class LiveThen:
    """What was live at a moment; `maybe` is a change that may already have happened by then."""

    release: Release | None
    maybe: Release | None = None


class Releases:
    """The ledger of all endpoints."""

    def begin(self, release: Release) -> Release:
        """Write down what is about to be asked for."""
        kept: Release = _runs().begin(release)
        return kept

    def asked(self, release: Release, detail: serving.ServingEndpointDetailed) -> Release:
        """Note what the workspace has made of it, by which its outcome is found later."""
        config = detail.pending_config or detail.config
        if config is None or config.config_version is None:
            return release
        noted: Release = _runs().number(release, config.config_version)
        return noted

    def refused(self, release: Release, problem: str) -> Release:
        """Write down that the workspace did not take it."""
        return _end(release, Outcome.FAILED, datetime.now(UTC), problem)

    def catch_up(self, detail: serving.ServingEndpointDetailed) -> None:
        """Write down all that has come of it until now, whoever has done it."""
        self.settle(detail)
        self.observe(detail)

    def settle(self, detail: serving.ServingEndpointDetailed) -> list[Release]:
        """Decide what can be decided by now; return what has been."""
        now = datetime.now(UTC)
        decided = []
        for release in _runs().pending(detail.name or ""):
            outcome, problem = _outcome(release, detail, now)
            if outcome is not Outcome.PENDING:
                decided.append(_end(release, outcome, _changed_at(detail, now), problem))
        return decided

    def observe(
        self,
        detail: serving.ServingEndpointDetailed,
        seen_before: datetime | None = None,
        proof: Callable[[Share], str] = lambda _: "",
    ) -> Release | None:
        """Write down a change that nobody here has made; return it if there was one."""
        endpoint, after = detail.name or "", shares(detail.config)
        if not after or (detail.state and detail.state.config_update == _UPDATING):
            return None
        last: Release | None = _runs().last_live(endpoint)
        if (last and _same(last.after, after)) or _runs().pending(endpoint):
            return None
        now = datetime.now(UTC)
        changed_at = _changed_at(detail, now)
        known = max(
            (each for each in (seen_before, last and last.decided_at) if each), default=None
        )
        new = _newly_live(last.after if last else (), after)
        found = Release(
            endpoint=endpoint,
            model=(new or after[0]).model,
            kind=Kind.OBSERVED,
            by="",
            reason="",
            before=last.after if last else (),
            after=after,
            requested_at=changed_at,
            config_version=detail.config.config_version if detail.config else None,
            outcome=Outcome.LIVE,
            decided_at=changed_at,
            seen_before=min(known, changed_at) if known else None,
            proof=proof(new) if new else "",
        )
        return self.begin(found)

    def page(self, endpoint: str, most: int = 50, token: str | None = None) -> Page:
        """Return the endpoint's timeline, the newest first."""
        found: Page = _runs().page(endpoint, most, token)
        return found

    def live_at(self, endpoint: str, moment: datetime) -> LiveThen:
        """Return what was live at a moment."""
        release = _runs().last_live(endpoint, moment)
        following = _runs().next_live(endpoint, moment)
        is_uncertain = (
            following is not None
            and following.kind is Kind.OBSERVED
            and following.seen_before is not None
            and following.seen_before <= moment
        )
        return LiveThen(release, following if is_uncertain else None)

    def version_before(self, endpoint: str) -> Share | None:
        """Return what a roll back leads to: what was live before the version that is live now.

        Rolling back twice goes back twice, and not to and fro.
        """
        newest_first = self.page(endpoint, LOOKED_BACK).releases
        path = path_to_now(reversed(newest_first))
        return path[-2] if len(path) > 1 else None


def _outcome(
    release: Release, detail: serving.ServingEndpointDetailed, now: datetime
) -> tuple[Outcome, str]:
    pending, config = detail.pending_config, detail.config
    number = release.config_version
    state = detail.state.config_update if detail.state else None
    if number is None:
        return _outcome_by_what_is_served(release, detail, now)
    if pending and pending.config_version == number:
        if state == _FAILED:
            return Outcome.FAILED, _why(pending)
        return (Outcome.CANCELED, "") if state == _CANCELED else (Outcome.PENDING, "")
    if config and config.config_version == number:
        return Outcome.LIVE, ""
    return Outcome.UNKNOWN, ""


def _outcome_by_what_is_served(
    release: Release, detail: serving.ServingEndpointDetailed, now: datetime
) -> tuple[Outcome, str]:
    """Find what became of a change whose number nobody could note any more."""
    if detail.pending_config and _same(shares(detail.pending_config), release.after):
        number = detail.pending_config.config_version
        numbered = replace(release, config_version=number)
        return _outcome(numbered, detail, now) if number else (Outcome.PENDING, "")
    if _same(shares(detail.config), release.after):
        return Outcome.LIVE, ""
    if now - release.requested_at > LOST_AFTER:
        return Outcome.FAILED, NEVER_ASKED
    return Outcome.PENDING, ""


def _end(release: Release, outcome: Outcome, at: datetime, problem: str) -> Release:
    ended = replace(
        release, outcome=outcome, decided_at=max(at, release.requested_at), problem=problem
    )
    _runs().end(ended)
    return ended


def _why(config: serving.EndpointPendingConfig) -> str:
    """Return what the version that failed has said."""
    broken = serving.ServedModelStateDeployment.DEPLOYMENT_FAILED
    said = (
        entity.state.deployment_state_message
        for entity in config.served_entities or []
        if entity.state and entity.state.deployment == broken
    )
    return next((each for each in said if each), "It did not start, and gave no reason.")


def _changed_at(detail: serving.ServingEndpointDetailed, now: datetime) -> datetime:
    """Return when the endpoint was changed last, as far as the workspace says."""
    changed = detail.last_updated_timestamp
    return min(now, datetime.fromtimestamp(changed / 1000, UTC)) if changed else now


def _same(one: tuple[Share, ...], other: tuple[Share, ...]) -> bool:
    return set(one) == set(other)


def _newly_live(before: tuple[Share, ...], after: tuple[Share, ...]) -> Share | None:
    """Return what has a share now and had none before."""
    had = {each.name for each in before if each.percentage > 0}
    return next((each for each in after if each.percentage > 0 and each.name not in had), None)


def _runs() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend import release_runs  # noqa: PLC0415 - see above

    return release_runs
