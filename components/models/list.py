"""The registered models: one line each, by name, with a search."""

import streamlit as st

from backend.registry.record import Model
from components import states, times
from components.models import words as model_words
from components.session import Session

_NEXT = "models_next"
_SEARCH = "models_search"


def draw(session: Session) -> None:
    """Draw a page of the list; the next ones are fetched when they are asked for."""
    search = st.text_input(
        "Search models by name",
        key=_SEARCH,
        placeholder="Search models by name",
        icon=":material/search:",
        label_visibility="collapsed",
        on_change=_go_on,
        args=(None,),
    )
    token = st.session_state.get(_NEXT)
    page = session.services.registry.models(session.viewer, search.strip(), token)
    if not page.models:
        _say_there_is_none(search)
    for model in page.models:
        _draw_one(model)
    with st.container(horizontal=True, gap="small"):
        if token:
            st.button("Back to the first ones", on_click=_go_on, args=(None,), type="tertiary")
        if page.next_token:
            st.button(
                "Show the next ones", on_click=_go_on, args=(page.next_token,), type="tertiary"
            )


def _draw_one(model: Model) -> None:
    with st.container(border=True, gap="xsmall", key=f"model_{model.name}"):
        model_words.link_to_model(model.name)
        if line := model_words.first_line(model.description):
            st.text(line)
        newest = f"Version {model.newest} is the newest" if model.newest else "Registered"
        if model.updated_at:
            times.draw(model.updated_at, f"{newest}, last changed ")
        else:
            st.caption(newest)


def _say_there_is_none(search: str) -> None:
    if search.strip():
        states.empty("No model is called like this", "Look for another part of its name.")
    else:
        states.empty(
            "No model is registered yet",
            "Log a model with MLflow and a registered_model_name, and it appears here.",
        )


def _go_on(token: str | None) -> None:
    st.session_state[_NEXT] = token
