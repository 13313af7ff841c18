"""Saved views on a page: chosen, saved, told apart from what is shown, changed."""

from dataclasses import dataclass, field

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import AlreadyExists, Unreachable
from backend.identity import Role, Viewer
from components.session import Session
from tests.pages.saved import FakeSavedViews, view


@dataclass
class Services:
    """All that this piece of a page needs."""

    saved_views: FakeSavedViews = field(default_factory=FakeSavedViews)


def draw(session):
    """Draw it, as a page does whose filter is its address."""
    import streamlit as st  # noqa: PLC0415 - this runs as a script of its own

    from components.saved_views import views  # noqa: PLC0415 - see above

    views.draw(session, "request_logs", st.query_params.to_dict())


@pytest.fixture
def services():
    mine, others = view("Slow", endpoint="chain", slower="500"), view("Bad", "kim@x.y", said="down")
    return Services(FakeSavedViews([mine, others]))


@pytest.fixture
def show(services):
    def run(role=Role.ANALYST, **address) -> AppTest:
        viewer = Viewer("alice@example.com", "Alice", frozenset({role}))
        session = Session("token", services, viewer)
        at = AppTest.from_function(draw, args=(session,), default_timeout=20)
        for name, value in address.items():
            at.query_params[name] = value
        return at.run()

    return run


def text(at) -> str:
    said = [each.value for each in [*at.markdown, *at.caption]]
    return "\n".join(said).replace("\\", "")


def address(at) -> dict[str, str]:
    given = at.query_params.items()
    return {name: value[0] if isinstance(value, list) else value for name, value in given}


def labels(at) -> list[str]:
    return [each.label for each in at.button]


def choose(at, name) -> AppTest:
    return at.selectbox[0].set_value(f"id-of-{name}").run()


def test_choosing_a_view_is_going_to_its_address(show):
    """All of it: what was filtered before is gone."""
    at = choose(show(text="before"), "Slow")

    assert address(at) == {"endpoint": "chain", "slower": "500"}
    assert at.selectbox[0].value == "id-of-Slow"
    assert "Saved by alice@" in text(at)
    assert "differs" not in text(at)


def test_who_comes_to_the_address_of_a_view_sees_its_name(show):
    """A copied address and a view are the same thing."""
    assert show(endpoint="chain", slower="500").selectbox[0].value == "id-of-Slow"


def test_nothing_is_chosen_where_nothing_fits(show):
    """No view claims to be what is shown."""
    assert show(endpoint="other").selectbox[0].value is None


def test_what_differs_is_said_and_can_be_taken_back(show):
    """Whoever changes a filter knows that this is not the view any more."""
    at = choose(show(), "Slow")
    at.query_params["slower"] = "900"
    at.run()

    assert "What is shown differs from **Slow**." in text(at)
    at.button(key="saved_view_back").click().run()
    assert address(at) == {"endpoint": "chain", "slower": "500"}


def test_ones_own_view_can_be_changed_to_what_is_shown(show, services):
    """The name stands for something else then, for everybody."""
    at = choose(show(), "Slow")
    at.query_params["slower"] = "900"
    at.run()

    at.button(key="saved_view_save").click().run()

    assert services.saved_views.views[0].parameters == {"endpoint": "chain", "slower": "900"}
    assert "differs" not in text(at)


def test_the_views_of_others_can_be_looked_at_only(show):
    """A change of what is shown is saved under another name."""
    at = choose(show(), "Bad")
    at.query_params["said"] = "up"
    at.run()

    assert labels(at) == ["Back to it", "Save this view"]


def test_an_admin_can_change_them_all(show, services):
    """Somebody has to be able to tidy up."""
    at = choose(show(Role.ADMIN), "Bad")

    at.text_input(key="name_of_id-of-Bad").set_value("Very bad")
    next(each for each in at.button if each.label == "Rename").click().run()

    assert [each.name for each in services.saved_views.views] == ["Slow", "Very bad"]


def test_what_is_shown_is_saved_under_a_name(show, services):
    """It is the chosen one from then on."""
    at = show(endpoint="chain", text="holidays")

    at.text_input(key="saved_view_name").set_value("Holidays")
    next(each for each in at.button if each.label == "Save this view").click().run()

    saved = services.saved_views.views[-1]
    assert (saved.name, saved.place) == ("Holidays", "request_logs")
    assert saved.parameters == {"endpoint": "chain", "text": "holidays"}
    assert at.selectbox[0].value == "id-of-Holidays"


def test_a_name_that_is_taken_is_told_in_a_sentence(show, services):
    """With who has taken it."""
    services.saved_views.refusal = AlreadyExists("kim@x.y has saved a view of the name “Bad”.")
    at = show()

    at.text_input(key="saved_view_name").set_value("Bad")
    next(each for each in at.button if each.label == "Save this view").click().run()

    assert "kim@x.y has saved a view of the name “Bad”." in text(at).replace("\u2060", "")


def test_deleting_asks_first(show, services):
    """It is gone for everybody."""
    at = choose(show(), "Slow")

    at.button(key="saved_view_delete").click().run()

    assert "is gone for everybody then" in text(at)
    assert len(services.saved_views.views) == 2


def test_a_deleted_view_is_chosen_no_more(show, services):
    """Somebody else has deleted it meanwhile."""
    at = choose(show(), "Slow")
    del services.saved_views.views[0]

    at.query_params["slower"] = "900"
    at.run()

    assert at.selectbox[0].value is None


def test_without_any_there_is_a_sentence(show, services):
    """And what would change that."""
    services.saved_views.views = []

    assert "Nobody has saved a view here yet." in text(show())


def test_without_mlflow_the_page_goes_on(show, services):
    """What is missing is said where it would be."""
    services.saved_views.error = Unreachable()

    assert "cannot be reached" in text(show())
