"""Saved views as a page knows them, behind the one seam."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from backend.errors import ReviewAppError
from backend.identity import Viewer
from backend.saved_views.record import SavedView

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def view(name: str, by: str = "alice@example.com", **parameters: str) -> SavedView:
    """A view of the page of request logs."""
    return SavedView("request_logs", name, parameters, by, NOON, id=f"id-of-{name}")


@dataclass
class FakeSavedViews:
    """Keeps views, or raises."""

    views: list[SavedView] = field(default_factory=list)
    error: ReviewAppError | None = None
    # Raised by what changes something only.
    refusal: ReviewAppError | None = None

    def all_of(self, _viewer: Viewer, place: str) -> list[SavedView]:
        if self.error:
            raise self.error
        return [each for each in self.views if each.place == place]

    def save(
        self, viewer: Viewer, place: str, name: str, parameters: Mapping[str, str]
    ) -> SavedView:
        if self.refusal:
            raise self.refusal
        made = replace(view(name, viewer.user_name), place=place, parameters=dict(parameters))
        self.views.append(made)
        return made

    def change(self, _viewer: Viewer, one: SavedView, parameters: Mapping[str, str]) -> SavedView:
        return self._put(one, replace(one, parameters=dict(parameters)))

    def rename(self, _viewer: Viewer, one: SavedView, name: str) -> SavedView:
        return self._put(one, replace(one, name=name))

    def delete(self, _viewer: Viewer, one: SavedView) -> None:
        self.views.remove(one)

    def _put(self, one: SavedView, other: SavedView) -> SavedView:
        if self.refusal:
            raise self.refusal
        self.views[self.views.index(one)] = other
        return other
