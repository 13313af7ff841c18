"""What became of a release, by what the workspace says of the endpoint now; asks nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from databricks.sdk.service import serving

from backend.releases.record import Kind, Outcome, Release, Share, shares

# A change the workspace has not heard of after so long never reached it.
LOST_AFTER = timedelta(minutes=2)
NEVER_ASKED = "The change never reached the workspace: whoever asked for it was cut off before."
_FAILED = serving.EndpointStateConfigUpdate.UPDATE_FAILED
_CANCELED = serving.EndpointStateConfigUpdate.UPDATE_CANCELED
# Nothing in the workspace has a number for these.
_WITHOUT_NUMBER = (Kind.STOP, Kind.DELETE)


def is_same(one: tuple[Share, ...], other: tuple[Share, ...]) -> bool:
    """Tell whether the same versions have the same shares, in whatever order."""
    return set(one) == set(other)


def outcome_of(
    release: Release, detail: serving.ServingEndpointDetailed, now: datetime
) -> tuple[Outcome, str]:
    """Return what became of it by now, and what is to be said of that."""
    pending, config = detail.pending_config, detail.config
    number = release.config_version
    state = detail.state.config_update if detail.state else None
    if release.kind in _WITHOUT_NUMBER:
        return _by_what_runs(release, detail, now)
    if number is None:
        return _by_what_is_served(release, detail, now)
    if pending and pending.config_version == number:
        if state == _FAILED:
            return Outcome.FAILED, _why(pending)
        return (Outcome.CANCELED, "") if state == _CANCELED else (Outcome.PENDING, "")
    if config and config.config_version == number:
        return Outcome.LIVE, ""
    return Outcome.UNKNOWN, ""


def _by_what_is_served(
    release: Release, detail: serving.ServingEndpointDetailed, now: datetime
) -> tuple[Outcome, str]:
    """Find what became of a change whose number nobody could note any more."""
    if detail.pending_config and is_same(shares(detail.pending_config), release.after):
        number = detail.pending_config.config_version
        numbered = replace(release, config_version=number)
        return outcome_of(numbered, detail, now) if number else (Outcome.PENDING, "")
    if is_same(shares(detail.config), release.after) and not _is_stopped(release, detail):
        return Outcome.LIVE, ""
    if now - release.requested_at > LOST_AFTER:
        return Outcome.FAILED, NEVER_ASKED
    return Outcome.PENDING, ""


def _by_what_runs(
    release: Release, detail: serving.ServingEndpointDetailed, now: datetime
) -> tuple[Outcome, str]:
    """Find what became of a change that makes no configuration: stopping, deleting."""
    created_at = datetime.fromtimestamp((detail.creation_timestamp or 0) / 1000, UTC)
    is_deleted = release.kind is Kind.DELETE and created_at > release.requested_at
    is_stopped = release.kind is Kind.STOP and _is_stopped(release, detail)
    if is_deleted or is_stopped:
        return Outcome.LIVE, ""
    if now - release.requested_at > LOST_AFTER:
        return Outcome.FAILED, NEVER_ASKED
    return Outcome.PENDING, ""


def _is_stopped(release: Release, detail: serving.ServingEndpointDetailed) -> bool:
    """Tell whether nothing answers, where that is what the release is about."""
    is_about_it = release.kind in (Kind.STOP, Kind.START)
    not_ready = serving.EndpointStateReady.NOT_READY
    return is_about_it and bool(detail.state and detail.state.ready == not_ready)


def _why(config: serving.EndpointPendingConfig) -> str:
    """Return what the version that failed has said."""
    broken = serving.ServedModelStateDeployment.DEPLOYMENT_FAILED
    said = (
        entity.state.deployment_state_message
        for entity in config.served_entities or []
        if entity.state and entity.state.deployment == broken
    )
    return next((each for each in said if each), "It did not start, and gave no reason.")
