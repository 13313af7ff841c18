"""Views by name are the team's; each is changed by whose it is, or by an admin."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.errors import AlreadyExists, NotAllowed, NotFound, Refused
from backend.identity import Role, Viewer
from backend.saved_views import runs
from backend.saved_views import views as saved_views
from backend.saved_views.record import SavedView
from backend.saved_views.views import SavedViews
from tests.backend.judged import ADMIN, ANALYST, ANN

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
OTHER = Viewer("kim@example.com", "Kim", frozenset({Role.ANALYST}))
SLOW = {"endpoint": "chain", "slower": "500", "text": "ä “q” <b>"}


@pytest.fixture
def place(experiment, request):
    """A page of its own for each test."""
    return request.node.name[:60]


@pytest.fixture
def views():
    return SavedViews()


def names(views, place, viewer=OTHER):
    return [each.name for each in views.all_of(viewer, place)]


def test_what_one_saves_the_others_see(views, place):
    """Name, parameters and who saved it come back, and of this page only."""
    views.save(ANALYST, place, "  Slow \n ones ", SLOW)
    views.save(ANALYST, f"{place}2", "Elsewhere", {})

    (found,) = views.all_of(OTHER, place)

    assert (found.name, found.parameters, found.by) == ("Slow ones", SLOW, ANALYST.user_name)


def test_views_are_listed_by_name(views, place):
    """Upper and lower case do not matter to who looks for one."""
    for name in ("beta", "Alpha", "gamma"):
        views.save(ANALYST, place, name, {})

    assert names(views, place) == ["Alpha", "beta", "gamma"]


def test_name_that_is_taken_says_by_whom(views, place):
    """Nobody's view is replaced by accident."""
    views.save(ANALYST, place, "Slow", SLOW)

    with pytest.raises(
        AlreadyExists, match=r"lee@example\.com has saved a view of the name “Slow”"
    ):
        views.save(OTHER, place, "slow", {})

    assert names(views, place) == ["Slow"]


def test_two_who_save_the_same_name_at_once_are_both_told(views, place):
    """One is told that it is saved, the other who was faster."""
    viewers = [Viewer(f"{name}@example.com", name, ANALYST.roles) for name in "abcd"]

    def save(viewer):
        try:
            return views.save(viewer, place, "Slow", {"by": viewer.user_name})
        except AlreadyExists as problem:
            return problem

    with ThreadPoolExecutor(len(viewers)) as pool:
        told = list(pool.map(save, viewers))

    (kept,) = [each for each in told if isinstance(each, SavedView)]
    assert [each.by for each in views.all_of(OTHER, place)] == [kept.by]
    assert all(kept.by in str(each) for each in told if each is not kept)


def test_of_two_processes_that_saved_one_name_the_later_takes_it_back(views, place, monkeypatch):
    """What another process of the app has kept between looking and keeping is noticed."""
    monkeypatch.setattr(saved_views, "_check_is_free", lambda *_: None)
    views.save(OTHER, place, "Slow", {})

    with pytest.raises(AlreadyExists, match=r"kim@example\.com"):
        views.save(ANALYST, place, "slow", {})

    assert names(views, place) == ["Slow"]


def test_ones_own_can_be_changed_and_renamed(views, place):
    """The name stands for what is shown now."""
    view = views.save(ANALYST, place, "Slow", SLOW)

    views.change(ANALYST, view, {"slower": "900"})
    views.rename(ANALYST, view, "Very slow")

    (found,) = views.all_of(OTHER, place)
    assert (found.name, found.parameters) == ("Very slow", {"slower": "900"})
    assert (found.by, found.changed_by) == (ANALYST.user_name, ANALYST.user_name)


def test_a_view_keeps_its_name_when_only_its_case_changes(views, place):
    """It is no rival of itself."""
    view = views.save(ANALYST, place, "slow", {})

    assert views.rename(ANALYST, view, "Slow").name == "Slow"


def test_those_of_others_are_theirs(views, place):
    """Other analysts look at them; an admin may tidy up."""
    view = views.save(ANALYST, place, "Slow", SLOW)

    for attempt in (
        lambda: views.change(OTHER, view, {}),
        lambda: views.rename(OTHER, view, "Mine"),
        lambda: views.delete(OTHER, view),
    ):
        with pytest.raises(NotAllowed, match="lee@example"):
            attempt()

    views.delete(ADMIN, view)
    assert names(views, place) == []


def test_what_was_deleted_is_gone_for_who_still_sees_it(views, place):
    """An old page says so instead of bringing it back."""
    view = views.save(ANALYST, place, "Slow", SLOW)
    views.delete(ANALYST, view)

    with pytest.raises(NotFound):
        views.change(ANALYST, view, {})


def test_reviewers_have_none(views, place):
    """The pages they are of are not theirs."""
    for attempt in (
        lambda: views.all_of(ANN, place),
        lambda: views.save(ANN, place, "Mine", {}),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.parametrize("name", ["", "  \n", "\u202e\u200f", "x" * 81])
def test_name_nobody_could_read_is_refused(views, place, name):
    """A list of views shows names and nothing else."""
    with pytest.raises(Refused):
        views.save(ANALYST, place, name, {})


def test_view_that_is_too_long_is_refused(views, place):
    """What MLflow would cut off is not kept at all."""
    with pytest.raises(Refused, match="too long"):
        views.save(ANALYST, place, "Long", {"text": "x" * 6000})


def test_no_more_views_are_kept_than_a_list_shows(views, place, monkeypatch):
    """One that nobody could find again, or delete, is refused."""
    monkeypatch.setattr(runs, "MOST", 2)
    for name in ("One", "Two"):
        views.save(ANALYST, place, name, {})

    with pytest.raises(Refused, match="Delete one of them"):
        views.save(ANALYST, place, "Three", {})

    assert names(views, place) == ["One", "Two"]


def test_runs_somebody_else_has_put_there_are_no_views(views, place):
    """Whoever may write to the experiment cannot break the page of everybody."""
    from mlflow import MlflowClient  # noqa: PLC0415 - after the store is connected

    kept = views.save(ANALYST, place, "Slow", SLOW)
    client = MlflowClient()
    client.set_tag(views.save(ANALYST, place, "Odd", {}).id, runs.PARAMETERS, "no json")
    client.set_tag(views.save(ANALYST, place, "Even", {}).id, runs.PARAMETERS, "[1]")

    assert [each.id for each in views.all_of(OTHER, place)] == [kept.id]
