"""The ledger: every change of what an endpoint serves; who, when, from, to, why, with what outcome.

A change is written down before it is asked for and decided afterwards by what the workspace says,
so that the ledger is truthful whoever dies in between. Changes by other clients are found by
comparing. Written with the app's rights; whoever calls has made sure of the visitor's.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import ModuleType

from databricks.sdk.service import serving

from backend.mlflow_import import load_mlflow
from backend.releases.outcomes import is_same, outcome_of
from backend.releases.query import ReleaseQuery
from backend.releases.record import (
    PROOF,
    Kind,
    Outcome,
    Page,
    Release,
    Share,
    path_to_now,
    shares,
)

LOOKED_BACK = 200
_AT_ONCE = 25
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

    def note(self, release: Release, tags: Mapping[str, str]) -> None:
        """Put more on record about a release."""
        _runs().note(release.id, tags)

    def done(self, release: Release) -> Release:
        """Write down that the workspace has done it at once."""
        return _end(release, Outcome.LIVE, datetime.now(UTC), "")

    def gone(self, endpoint: str) -> None:
        """Decide what was under way for an endpoint that does not exist any more."""
        for release in _runs().pending(endpoint):
            was_meant = release.kind is Kind.DELETE
            outcome = Outcome.LIVE if was_meant else Outcome.UNKNOWN
            _end(release, outcome, datetime.now(UTC), "")

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
        for release in _runs().pending(detail.name or "", _models(detail)):
            outcome, problem = outcome_of(release, detail, now)
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
        models = _models(detail)
        last: Release | None = _runs().last_live(endpoint, models=models)
        if (last and is_same(last.after, after)) or _runs().pending(endpoint, models):
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

    def prove(self, release: Release, proof: str) -> None:
        """Note the first request a version answered that another client has brought."""
        _runs().note(release.id, {PROOF: proof})

    def page(self, endpoint: str, most: int = 50, token: str | None = None) -> Page:
        """Return the endpoint's timeline, the newest first."""
        return self.search(ReleaseQuery(endpoint), most, token)

    def search(self, query: ReleaseQuery, most: int = 50, token: str | None = None) -> Page:
        """Return what was looked for, the newest first; a page has some, if there are any."""
        found: list[Release] = []
        while True:
            page: Page = _runs().page(query.clauses(), most, token)
            found += [each for each in page.releases if query.matches(each)]
            token = page.next_token
            if not token or 2 * len(found) >= most:
                return Page(tuple(found), token)

    def read(self, release_id: str) -> Release:
        """Return one release."""
        release: Release = _runs().read(release_id)
        return release

    def live_at(self, endpoint: str, moment: datetime) -> LiveThen:
        """Return what was live at a moment."""
        release = _runs().last_live(endpoint, moment)
        following = self.next_live(endpoint, moment)
        is_uncertain = (
            following is not None
            and following.kind is Kind.OBSERVED
            and following.seen_before is not None
            and following.seen_before <= moment
        )
        return LiveThen(release, following if is_uncertain else None)

    def next_live(self, endpoint: str, moment: datetime) -> Release | None:
        """Return what came into effect first after a moment."""
        release: Release | None = _runs().next_live(endpoint, moment)
        return release

    def answering(self, endpoint: str, moment: datetime) -> tuple[Release | None, Release | None]:
        """Return what made answer what answered at a moment, and what changed that first after."""
        found: tuple[Release | None, Release | None] = _runs().answering(endpoint, moment)
        return found

    def version_before(self, endpoint: str) -> Share | None:
        """Return what a roll back leads to: what was live before the version that is live now.

        Rolling back twice goes back twice, and not to and fro.
        """
        query, token = ReleaseQuery(endpoint, outcome=Outcome.LIVE), None
        newest_first: list[Release] = []
        while len(newest_first) < LOOKED_BACK:
            page = self.search(query, _AT_ONCE, token)
            newest_first += page.releases
            token = page.next_token
            path = path_to_now(reversed(newest_first), is_whole=not token)
            if len(path) > 1:
                return path[-2]
            if not token:
                break
        return None


def _end(release: Release, outcome: Outcome, at: datetime, problem: str) -> Release:
    ended = replace(
        release, outcome=outcome, decided_at=max(at, release.requested_at), problem=problem
    )
    _runs().end(ended)
    return ended


def _changed_at(detail: serving.ServingEndpointDetailed, now: datetime) -> datetime:
    """Return when the endpoint was changed last, as far as the workspace says."""
    changed = detail.last_updated_timestamp
    return min(now, datetime.fromtimestamp(changed / 1000, UTC)) if changed else now


def _models(detail: serving.ServingEndpointDetailed) -> Collection[str]:
    """Return the models in whose experiments there must be something, if anywhere."""
    served = (*shares(detail.config), *shares(detail.pending_config))
    return {each.model for each in served if each.model}


def _newly_live(before: tuple[Share, ...], after: tuple[Share, ...]) -> Share | None:
    """Return what has a share now and had none before."""
    had = {each.name for each in before if each.percentage > 0}
    return next((each for each in after if each.percentage > 0 and each.name not in had), None)


def _runs() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.releases import runs as release_runs  # noqa: PLC0415 - see above

    return release_runs
