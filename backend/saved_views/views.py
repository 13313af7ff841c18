"""Views by name, for all analysts and admins; one's own can be changed, by admins all of them.

They are kept with the app's rights, for people whose role it is to see what they show.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from types import ModuleType

from backend.errors import AlreadyExists, NotAllowed, Refused
from backend.identity import SEES_ALL, Role, Viewer
from backend.mlflow_import import load_mlflow
from backend.saved_views.record import SavedView, tidy

# Names are looked up and taken in turns by all visitors of this process.
_TURN = Lock()


class SavedViews:
    """The views of one visitor's team."""

    def all_of(self, viewer: Viewer, place: str) -> list[SavedView]:
        """Return the views of a page, by name."""
        _check(viewer)
        found: list[SavedView] = _runs().all_of(place)
        return found

    def save(
        self, viewer: Viewer, place: str, name: str, parameters: Mapping[str, str]
    ) -> SavedView:
        """Give what is shown a name that nobody has taken."""
        _check(viewer)
        view = SavedView(place, tidy(name), dict(parameters), viewer.user_name, datetime.now(UTC))
        runs = _runs()
        with _TURN:
            _check_is_free(runs, view)
            _check_there_is_room(runs, place)
            kept: SavedView = runs.put(view)
        # Another process of the app may have kept one in the same moment: the first one stays.
        if rival := _rival(runs, kept):
            runs.remove(kept)
            raise _taken(rival)
        return kept

    def change(self, viewer: Viewer, view: SavedView, parameters: Mapping[str, str]) -> SavedView:
        """Let a name stand for what is shown now."""
        runs = _runs()
        with _TURN:
            now = replace(_theirs(runs, viewer, view), parameters=dict(parameters))
            return _kept(runs, viewer, now)

    def rename(self, viewer: Viewer, view: SavedView, name: str) -> SavedView:
        """Give a view another name that nobody has taken."""
        runs = _runs()
        with _TURN:
            now = replace(_theirs(runs, viewer, view), name=tidy(name))
            _check_is_free(runs, now)
            return _kept(runs, viewer, now)

    def delete(self, viewer: Viewer, view: SavedView) -> None:
        """Take a view away from everybody."""
        runs = _runs()
        runs.remove(_theirs(runs, viewer, view))


def may_change(viewer: Viewer, view: SavedView) -> bool:
    """Tell whether a view is this person's to change."""
    return viewer.has_any((Role.ADMIN,)) or view.by == viewer.user_name


def _check(viewer: Viewer) -> None:
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed("Saved views are for analysts and admins.")


def _theirs(runs: ModuleType, viewer: Viewer, view: SavedView) -> SavedView:
    """Return the view as it is on record, if this person may change it."""
    _check(viewer)
    now: SavedView = runs.read(view.id)
    if not may_change(viewer, now):
        raise NotAllowed(f"This view is {now.by}'s. Save what you see under a name of your own.")
    return now


def _kept(runs: ModuleType, viewer: Viewer, view: SavedView) -> SavedView:
    changed = replace(view, changed_by=viewer.user_name)
    runs.change(changed)
    return changed


def _check_is_free(runs: ModuleType, view: SavedView) -> None:
    taken = [each for each in _of_the_same_name(runs, view) if each.id != view.id]
    if taken:
        raise _taken(taken[0])


def _check_there_is_room(runs: ModuleType, place: str) -> None:
    """Keep nothing that no list would show."""
    if len(runs.all_of(place)) >= runs.MOST:
        raise Refused(f"There are {runs.MOST} saved views of this page. Delete one of them first.")


def _rival(runs: ModuleType, kept: SavedView) -> SavedView | None:
    first = min(_of_the_same_name(runs, kept), key=lambda each: (each.at, each.id), default=kept)
    return first if first.id != kept.id else None


def _of_the_same_name(runs: ModuleType, view: SavedView) -> list[SavedView]:
    name = view.name.casefold()
    return [each for each in runs.all_of(view.place) if each.name.casefold() == name]


def _taken(other: SavedView) -> AlreadyExists:
    return AlreadyExists(f"{other.by} has saved a view of the name “{other.name}”.")


def _runs() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.saved_views import runs  # noqa: PLC0415 - see above

    return runs
