"""The guard rails of an endpoint: what is on, what it says now, and turning it on and off.

Set with the admin's own token, as tags on the endpoint. What is to happen when nobody is there is
done by the app, which is lent the right for it at that moment, and not before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import ReviewAppError
from backend.guard_rails import automatic_return as guard_return
from backend.guard_rails import gate as guard_gate
from backend.guard_rails.automatic_return import Change
from backend.guard_rails.comparison import Comparison
from backend.guard_rails.rules import Ruling
from backend.guard_rails.settings import (
    FOLLOW,
    FOLLOW_STATE,
    PROMOTION,
    RETURN,
    Follow,
    GuardSettings,
    PromotionRail,
    Rail,
    ReturnRail,
    settings_from,
    written,
)
from backend.identity import Viewer
from backend.long_work import app_rights
from backend.releases import asked_changes
from backend.releases.access import check_may_read
from backend.releases.ledger import Releases
from backend.releases.record import Share, shares
from backend.serving import tag_texts

# What the app does by itself, for which it needs the right to change the endpoint.
_DONE_BY_APP = (RETURN, FOLLOW)


@dataclass(frozen=True)
class GuardsNow:
    """What is on, and what it says of what is served at the moment."""

    settings: GuardSettings
    # Of each version, what the rule for promotions says.
    rulings: tuple[tuple[Share, Ruling], ...] = ()
    # The change the automatic return watches, and how the two versions compare.
    change: Change | None = None
    comparison: Comparison | None = None
    may_change: bool = False
    # The app notices what happens here when nobody looks.
    is_seen_by_app: bool = False
    # The versions' models, one of which an alias can be followed of.
    models: tuple[str, ...] = ()


class GuardRails:
    """Reads and sets the guard rails of endpoints, for one visitor."""

    def __init__(
        self,
        workspace: WorkspaceClient,
        as_app: Callable[[], WorkspaceClient],
        releases: Releases,
    ) -> None:
        self._workspace = workspace
        self._as_app = as_app
        self._releases = releases

    def look(self, viewer: Viewer, endpoint: str) -> GuardsNow:
        """Return what is on, and what it says now."""
        check_may_read(self._workspace, viewer, endpoint)
        with translated():
            detail = self._workspace.serving_endpoints.get(endpoint)
        settings, served = settings_from(_tags(detail)), shares(detail.config)
        change = self._watched(detail) if settings.automatic_return else None
        return GuardsNow(
            settings=settings,
            rulings=self._rulings(detail, settings.promotion) if settings.promotion else (),
            change=change,
            comparison=self._compared(detail, change, settings.automatic_return),
            may_change=detail.permission_level == asked_changes.MAY_CHANGE,
            is_seen_by_app=self._is_seen_by_app(endpoint),
            models=tuple(dict.fromkeys(each.model for each in served)),
        )

    def set_promotion(
        self, viewer: Viewer, endpoint: str, rail: PromotionRail | None, reason: str
    ) -> None:
        """Set the rule for promotions; None takes it off."""
        self._set(viewer, endpoint, PROMOTION, rail or PromotionRail(is_on=False), reason)

    def set_return(
        self, viewer: Viewer, endpoint: str, rail: ReturnRail | None, reason: str
    ) -> None:
        """Let the app go back by itself; None makes it leave that to people."""
        self._set(viewer, endpoint, RETURN, rail or ReturnRail(is_on=False), reason)

    def follow(self, viewer: Viewer, endpoint: str, alias: Follow | None, reason: str) -> None:
        """Let the endpoint serve what an alias points to; None ends that."""
        self._set(viewer, endpoint, FOLLOW, alias or Follow(is_on=False), reason)

    def let_app_see(self, endpoint: str) -> None:
        """Let the app notice what is changed here when nobody looks."""
        detail = asked_changes.permitted(self._workspace, endpoint)
        app_rights.lend(self._workspace, self._as_app, detail, app_rights.Level.CAN_VIEW)

    def _set(self, viewer: Viewer, endpoint: str, tag: str, rail: Rail, reason: str) -> None:
        detail = asked_changes.permitted(self._workspace, endpoint)
        said = asked_changes.said(reason)
        if rail.is_on and tag in _DONE_BY_APP:
            app_rights.lend(self._workspace, self._as_app, detail, app_rights.Level.CAN_MANAGE)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        signed = replace(rail, by=viewer.user_name, at=at, reason=said)
        new, old = written(tag, signed), _tags(detail)
        # Of what was followed before nothing is to be told any more.
        keys = (FOLLOW, FOLLOW_STATE) if tag == FOLLOW else (tag,)
        save(self._workspace, endpoint, new, tag_texts.left_over(old, keys, new))
        settings = settings_from({**old, **new})
        if not settings.automatic_return and not settings.follow:
            app_rights.take_back(self._workspace, self._as_app, detail)

    def _rulings(
        self, detail: serving.ServingEndpointDetailed, rail: PromotionRail
    ) -> tuple[tuple[Share, Ruling], ...]:
        served = shares(detail.config)
        found = guard_gate.rulings_on(self._workspace, detail, rail, served)
        return tuple(zip(served, found, strict=True))

    def _watched(self, detail: serving.ServingEndpointDetailed) -> Change | None:
        page = self._releases.page(detail.name or "", guard_return.LOOKED_BACK)
        return guard_return.watched(page.releases, shares(detail.config))

    def _compared(
        self,
        detail: serving.ServingEndpointDetailed,
        change: Change | None,
        rail: ReturnRail | None,
    ) -> Comparison | None:
        if change is None or rail is None:
            return None
        try:
            return guard_return.compare(self._workspace, detail, change, rail)
        except ReviewAppError as problem:
            return Comparison(False, f"The versions cannot be compared now. {problem.sentence}")

    def _is_seen_by_app(self, endpoint: str) -> bool:
        return app_rights.has(self._as_app, endpoint, app_rights.Level.CAN_VIEW)


def save(
    workspace: WorkspaceClient, endpoint: str, new: Mapping[str, str], gone: list[str]
) -> None:
    """Put tags on an endpoint and take others off; the workspace decides who may."""
    added = [serving.EndpointTag(key=key, value=value) for key, value in new.items()]
    with translated():
        workspace.serving_endpoints.patch(
            endpoint, add_tags=added or None, delete_tags=gone or None
        )


def _tags(detail: serving.ServingEndpointDetailed) -> dict[str, str]:
    return {tag.key: tag.value or "" for tag in detail.tags or []}
