"""One release: a change of what an endpoint serves, as the ledger keeps it; knows no store.

A release is kept as the tags of an MLflow run, so that it can be searched there as well.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from databricks.sdk.service import serving

from backend.releases.trial import Trial, trial_from
from backend.serving.deployment_names import FEEDBACK
from backend.serving.served_entities import Plan

PREFIX = "reviewapp.release."
ENDPOINT, MODEL, KIND, BY = (PREFIX + name for name in ("endpoint", "model", "kind", "by"))
REASON, OUTCOME, PROBLEM = (PREFIX + name for name in ("reason", "outcome", "problem"))
BEFORE, AFTER = PREFIX + "before", PREFIX + "after"
CONFIG_VERSION, SEEN_BEFORE = PREFIX + "config_version", PREFIX + "seen_before"
FACTS, PROOF = PREFIX + "facts", PREFIX + "proof"
CANCELED_BY = PREFIX + "canceled_by"
# What MLflow accepts in a tag with any store behind it.
MOST_CHARACTERS = 5000

Word = TypeVar("Word", bound=StrEnum)


class Kind(StrEnum):
    """What was done."""

    # A version comes up without a share of the questions.
    PREPARE = "prepare"
    DEPLOY = "deploy"
    ROLL_BACK = "roll_back"
    TRAFFIC = "traffic"
    REMOVE = "remove"
    DELETE = "delete"
    STOP = "stop"
    START = "start"
    # By another client, found afterwards.
    OBSERVED = "observed"


# They leave what answers as it is.
QUIET = (Kind.PREPARE, Kind.REMOVE)


class Outcome(StrEnum):
    """What became of it."""

    PENDING = "pending"
    LIVE = "live"
    FAILED = "failed"
    CANCELED = "canceled"
    # A later change took its place before anybody saw what became of it.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Share:
    """A served version and its share of the questions, in percent."""

    name: str
    model: str
    version: str
    percentage: int


@dataclass(frozen=True)
class Release:
    """Who changed what an endpoint serves, when, from what, to what, why, and what became of it."""

    endpoint: str
    model: str
    kind: Kind
    by: str
    reason: str
    before: tuple[Share, ...]
    after: tuple[Share, ...]
    requested_at: datetime
    # The workspace's number of the configuration, by which the outcome is found later.
    config_version: int | None = None
    outcome: Outcome = Outcome.PENDING
    decided_at: datetime | None = None
    problem: str = ""
    # Of a change by another client: when what was before it was seen last, and the first request
    # the new version is known to have answered.
    seen_before: datetime | None = None
    proof: str = ""
    # The numbers that caused an automatic act.
    facts: Mapping[str, float] | None = None
    # What the version that was prepared has answered to its own input example.
    trial: Trial | None = None
    # Who did not want it any more while it was under way.
    canceled_by: str = ""
    id: str = ""

    @property
    def live_before(self) -> tuple[Share, ...]:
        """Return what answered before, the largest share first."""
        return live(self.before)

    @property
    def live_after(self) -> tuple[Share, ...]:
        """Return what was to answer afterwards, the largest share first."""
        return live(self.after)

    @property
    def added(self) -> Share | None:
        """Return the version that was not served before."""
        had = {each.name for each in self.before}
        return next((each for each in self.after if each.name not in had), None)

    def tags(self) -> dict[str, str]:
        """Return the tags that say this."""
        written = {
            ENDPOINT: self.endpoint,
            MODEL: self.model,
            KIND: self.kind.value,
            BY: self.by,
            REASON: self.reason[:MOST_CHARACTERS],
            OUTCOME: self.outcome.value,
            PROBLEM: self.problem[:MOST_CHARACTERS],
            BEFORE: _written(self.before),
            AFTER: _written(self.after),
            CONFIG_VERSION: str(self.config_version or ""),
            SEEN_BEFORE: self.seen_before.isoformat() if self.seen_before else "",
            PROOF: self.proof,
            FACTS: json.dumps(dict(self.facts)) if self.facts else "",
        }
        return {key: value for key, value in written.items() if value}


@dataclass(frozen=True)
class Page:
    """Releases, the newest first, and where the next ones are."""

    releases: tuple[Release, ...]
    next_token: str | None = None


def release_from(
    tags: Mapping[str, str], run_id: str, requested_at: datetime, decided_at: datetime | None
) -> Release:
    """Read a release; what somebody has spoilt in MLflow is read as far as it goes."""
    seen_before = tags.get(SEEN_BEFORE)
    return Release(
        endpoint=tags.get(ENDPOINT, ""),
        model=tags.get(MODEL, ""),
        kind=_one_of(Kind, tags.get(KIND), Kind.OBSERVED),
        by=tags.get(BY, ""),
        reason=tags.get(REASON, ""),
        before=_read(tags.get(BEFORE)),
        after=_read(tags.get(AFTER)),
        requested_at=requested_at,
        config_version=_number(tags.get(CONFIG_VERSION, "")),
        outcome=_one_of(Outcome, tags.get(OUTCOME), Outcome.UNKNOWN),
        decided_at=decided_at,
        problem=tags.get(PROBLEM, ""),
        seen_before=datetime.fromisoformat(seen_before) if seen_before else None,
        proof=tags.get(PROOF, ""),
        facts=_mapping(tags.get(FACTS)),
        trial=trial_from(tags),
        canceled_by=tags.get(CANCELED_BY, ""),
        id=run_id,
    )


def requested(
    kind: Kind, endpoint: str, by: str, reason: str, before: tuple[Share, ...], planned: Plan
) -> Release:
    """Return the release that is about to be asked for."""
    percentages = [route.traffic_percentage for route in planned.traffic.routes or []]
    after = tuple(
        Share(each.name or "", each.entity_name or "", each.entity_version or "", percentage)
        for each, percentage in zip(planned.entities, percentages, strict=True)
        if each.name != FEEDBACK
    )
    return Release(
        endpoint=endpoint,
        model=live(after)[0].model,
        kind=kind,
        by=by,
        reason=reason,
        before=before,
        after=after,
        requested_at=datetime.now(UTC),
    )


def shares(
    config: serving.EndpointCoreConfigOutput | serving.EndpointPendingConfig | None,
) -> tuple[Share, ...]:
    """Return what a configuration serves, in its order, without what takes verdicts."""
    if config is None:
        return ()
    routes = (config.traffic_config.routes if config.traffic_config else None) or []
    percentage = {r.served_entity_name or r.served_model_name: r.traffic_percentage for r in routes}
    return tuple(
        Share(e.name or "", e.entity_name or "", e.entity_version or "", percentage.get(e.name, 0))
        for e in config.served_entities or []
        if e.name != FEEDBACK
    )


def live(served: Iterable[Share]) -> tuple[Share, ...]:
    """Return those that answer, the largest share first."""
    return tuple(sorted((s for s in served if s.percentage > 0), key=lambda s: -s.percentage))


def path_to_now(releases: Iterable[Release], is_whole: bool = True) -> list[Share]:
    """Return the versions that led to the one that is live, given releases in their order.

    If there were releases before these, only the end of the path is known: a roll back to a version
    that is not among them leads to where the way was before.
    """
    path: list[Share] = []
    for release in releases:
        if release.outcome is not Outcome.LIVE or not release.live_after:
            continue
        now = release.live_after[0]
        names = [each.name for each in path]
        if release.kind is Kind.ROLL_BACK and (now.name in names or not is_whole):
            # To where the way was there last.
            while path and path[-1].name != now.name:
                path.pop()
        if now.name not in [each.name for each in path[-1:]]:
            path.append(now)
    return path


def _written(served: tuple[Share, ...]) -> str:
    rows = [[each.name, each.model, each.version, each.percentage] for each in served]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _read(written: str | None) -> tuple[Share, ...]:
    try:
        rows = json.loads(written or "[]")
        return tuple(Share(str(n), str(m), str(v), int(p)) for n, m, v, p in rows)
    except (ValueError, TypeError):
        return ()


def _number(written: str) -> int | None:
    return int(written) if written.isdecimal() else None


def _mapping(written: str | None) -> Mapping[str, float] | None:
    try:
        found = json.loads(written or "null")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _one_of(kind: type[Word], value: str | None, otherwise: Word) -> Word:
    return kind(value) if value in list(kind) else otherwise
