"""One registered model: what it is, which names lead to which version, and all its versions."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.record import Model, Served, Version
from components import states, times
from components.models import changes as model_changes
from components.models import origin as model_origin
from components.models import words as model_words
from components.plain_text import escaped
from components.session import Session

_OLDER = "model_older_versions"


def draw(session: Session, name: str) -> None:
    """Draw the model the address names."""
    model_words.link_to_all()
    registry = session.services.registry
    model = registry.model(session.viewer, name)
    st.title(escaped(model.name), anchor=False)
    _draw_words(model)
    with st.container(horizontal=True, gap="small"):
        model_changes.offer_description(session, model.name, "", model.description)
        model_changes.offer_tags(session, model.name, "", model.tags)
    model_origin.offer_model_in_mlflow(session, model.name)
    st.subheader("Versions", anchor=False)
    token = st.session_state.get(_OLDER, {}).get(name)
    page = registry.versions(session.viewer, name, token)
    if not page.versions:
        states.empty(
            "There is no version yet",
            "Register a logged model under this name, and it appears here.",
        )
    places = served(session, name) if page.versions else {}
    for version in page.versions:
        _draw_version(version, places.get(version.number, ()))
    with st.container(horizontal=True, gap="small"):
        if token:
            st.button("Back to the newest", on_click=_go_on, args=(name, None), type="tertiary")
        if page.next_token:
            st.button(
                "Show older ones", on_click=_go_on, args=(name, page.next_token), type="tertiary"
            )


def served(session: Session, name: str) -> dict[str, tuple[Served, ...]]:
    """Return where each version is served; without it the rest of the page works on."""
    try:
        return session.services.registry.served(session.viewer, name)
    except ReviewAppError as problem:
        st.caption(f"Where it is served cannot be shown now. {escaped(problem.sentence)}")
        return {}


def _draw_words(model: Model) -> None:
    if model.description:
        st.text(model.description)
    if model.aliases:
        with st.container(horizontal=True, gap="xsmall"):
            for alias, number in sorted(model.aliases.items()):
                st.badge(f"@{escaped(alias)} is version {escaped(number)}", color="blue")
    model_changes.draw_tags(model.tags)


def _draw_version(version: Version, places: tuple[Served, ...]) -> None:
    with st.container(border=True, gap="xsmall", key=f"version_{version.number}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            model_words.link_to_version(version.model, version.number)
            model_words.badges(version, places)
            if version.created_at:
                times.draw(version.created_at)
        if line := model_words.first_line(version.description):
            st.text(line)
        if version.created_by:
            st.caption(f"By {escaped(version.created_by)}")


def _go_on(name: str, token: str | None) -> None:
    st.session_state.setdefault(_OLDER, {})[name] = token
