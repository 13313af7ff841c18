"""One version: what it is at a glance, what can be done with it, and one view of it at a time."""

from collections.abc import Callable
from enum import StrEnum

import streamlit as st

from backend.registry.record import Served, Version
from components.models import about as model_about
from components.models import changes as model_changes
from components.models import code as model_code
from components.models import comparison as model_comparison
from components.models import evaluation as model_evaluation
from components.models import files as model_files
from components.models import overview as model_overview
from components.models import promotion as model_promotion
from components.models import use as model_use
from components.models import words as model_words
from components.plain_text import escaped
from components.session import Session

DEPLOYMENTS = "../pages/deployments.py"
_VIEW = "model_view"


class View(StrEnum):
    """What one can look at; only what is looked at is fetched."""

    ABOUT = "About"
    CODE = "Code"
    FILES = "Files"
    EVALUATION = "Evaluation"
    USE = "Use it"
    COMPARE = "Compare"


def draw(session: Session, model: str, number: str) -> None:
    """Draw the version the address names."""
    version = session.services.registry.version(session.viewer, model, number)
    with st.container(horizontal=True, gap="small"):
        model_words.link_to_all()
        model_words.link_to_model(model)
    st.title(f"Version {escaped(version.number)}", anchor=False)
    st.markdown(f"of {escaped(model)}")
    places = model_overview.served(session, model)
    here = places.get(version.number, ())
    with st.container(horizontal=True, gap="xsmall"):
        model_words.badges(version, here)
    if version.status_message and not version.is_ready:
        st.text(version.status_message)
    _offer_changes(session, version)
    _draw_view(session, version, _choose_view(), places)


def _choose_view() -> View:
    """Let the person choose; the address says what is chosen, also when one goes back."""
    named = {each.name.lower(): each for each in View}
    usual = View.COMPARE if st.query_params.get("compare") else View.ABOUT
    st.session_state[_VIEW] = named.get(st.query_params.get("view", ""), usual)
    chosen = st.segmented_control(
        "What to look at",
        list(View),
        required=True,
        key=_VIEW,
        on_change=_name_the_view,
        label_visibility="collapsed",
    )
    return chosen or usual


def _name_the_view() -> None:
    st.query_params["view"] = View(st.session_state[_VIEW]).name.lower()


def _offer_changes(session: Session, version: Version) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if version.is_ready:
            st.page_link(
                DEPLOYMENTS,
                label="Deploy this version",
                icon=":material/rocket_launch:",
                query_params={"deploy": version.model, "version": version.number},
            )
            model_promotion.offer(session, version)
        model_changes.offer_aliases(session, version)
        model_changes.offer_tags(session, version.model, version.number, version.tags)
        model_changes.offer_description(session, version.model, version.number, version.description)


def _draw_view(
    session: Session, version: Version, view: View, places: dict[str, tuple[Served, ...]]
) -> None:
    here = places.get(version.number, ())
    views: dict[View, Callable[[], None]] = {
        View.ABOUT: lambda: model_about.draw(session, version, here),
        View.CODE: lambda: model_code.draw(session, version),
        View.FILES: lambda: model_files.draw(session, version),
        View.EVALUATION: lambda: model_evaluation.draw(session, version),
        View.USE: lambda: model_use.draw(session, version, here),
        View.COMPARE: lambda: model_comparison.draw(session, version, places),
    }
    views[view]()
