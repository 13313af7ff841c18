"""The guard rails of an endpoint as the pages meet them, behind the one seam."""

from dataclasses import dataclass, field

from backend.errors import ReviewAppError
from backend.guard_rails.rails import GuardsNow
from backend.guard_rails.settings import Follow, GuardSettings, PromotionRail, ReturnRail
from backend.identity import Viewer


@dataclass
class FakeGuardRails:
    """Says what it was told, remembers what it was asked for, or raises."""

    now: GuardsNow | ReviewAppError = field(
        default_factory=lambda: GuardsNow(GuardSettings(), may_change=True, is_seen_by_app=True)
    )
    error: ReviewAppError | None = None
    changes: list[tuple[object, ...]] = field(default_factory=list)

    def look(self, _viewer: Viewer, _endpoint: str) -> GuardsNow:
        if isinstance(self.now, ReviewAppError):
            raise self.now
        return self.now

    def set_promotion(
        self, _viewer: Viewer, endpoint: str, rail: PromotionRail | None, reason: str
    ) -> None:
        self._change("promotion", endpoint, rail, reason)

    def set_return(
        self, _viewer: Viewer, endpoint: str, rail: ReturnRail | None, reason: str
    ) -> None:
        self._change("return", endpoint, rail, reason)

    def follow(self, _viewer: Viewer, endpoint: str, alias: Follow | None, reason: str) -> None:
        self._change("follow", endpoint, alias, reason)

    def let_app_see(self, endpoint: str) -> None:
        self._change("see", endpoint)

    def _change(self, *change: object) -> None:
        if self.error:
            raise self.error
        self.changes.append(change)
