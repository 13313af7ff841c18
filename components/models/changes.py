"""Changing what is said of a model or a version: aliases, tags, description; each is confirmed."""

from collections.abc import Callable, Mapping

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.record import Version
from components import states
from components.plain_text import escaped
from components.session import Session

_LONG = 60


def draw_tags(tags: Mapping[str, str]) -> None:
    """Draw the tags people have set."""
    if tags:
        with st.container(horizontal=True, gap="xsmall"):
            for key, value in sorted(tags.items()):
                shown = value if len(value) <= _LONG else f"{value[:_LONG]}…"
                st.badge(escaped(f"{key}: {shown}" if shown else key), color="gray")


def offer_description(session: Session, model: str, number: str, text: str) -> None:
    """Offer to write the description anew."""
    if st.button("Describe it", icon=":material/edit:", key=f"describe_{model}_{number}"):
        _ask_description(session, model, number, text)


def offer_tags(session: Session, model: str, number: str, tags: Mapping[str, str]) -> None:
    """Offer to set and to remove tags."""
    if st.button("Tags", icon=":material/sell:", key=f"tags_{model}_{number}"):
        _ask_tag(session, model, number, dict(tags))


def offer_aliases(session: Session, version: Version) -> None:
    """Offer to let an alias point here, or to take one away."""
    if st.button("Aliases", icon=":material/alternate_email:", key="aliases"):
        _ask_alias(session, version)


@st.dialog("Describe it", icon=":material/edit:")
def _ask_description(session: Session, model: str, number: str, text: str) -> None:
    with st.form("description_form", border=False):
        written = st.text_area("Description", text, key="description_text", max_chars=5000)
        if st.form_submit_button("Save"):
            registry = session.services.registry
            _attempt(lambda: registry.describe(session.viewer, model, number, written))


@st.dialog("Tags", icon=":material/sell:")
def _ask_tag(session: Session, model: str, number: str, tags: Mapping[str, str]) -> None:
    registry = session.services.registry
    with st.form("tag_form", border=False):
        key = st.text_input("Name", key="tag_name", max_chars=250)
        value = st.text_input("Value", key="tag_value", max_chars=5000)
        st.caption("A tag that has this name already gets the new value.")
        if st.form_submit_button("Set the tag"):
            _attempt(lambda: registry.set_tag(session.viewer, model, number, key, value))
    if tags:
        with st.form("tag_removal_form", border=False):
            gone = st.selectbox("Remove", sorted(tags), key="tag_to_remove")
            if st.form_submit_button("Remove the tag"):
                _attempt(lambda: registry.remove_tag(session.viewer, model, number, gone))


@st.dialog("Aliases", icon=":material/alternate_email:")
def _ask_alias(session: Session, version: Version) -> None:
    registry = session.services.registry
    try:
        known = registry.model(session.viewer, version.model).aliases
        followers = registry.followers(session.viewer, version.model)
    except ReviewAppError as problem:
        _say(problem)
        return
    st.markdown(
        "An alias is a name that leads to one version. Setting it takes it from the version that "
        "has it now."
    )
    for alias, number in sorted(known.items()):
        st.markdown(f"- **{escaped(alias)}** leads to version {escaped(number)}")
    for alias, endpoints in sorted(followers.items()):
        named = ", ".join(escaped(each) for each in endpoints)
        st.markdown(f"- **{escaped(alias)}** is followed by {named}: moving it deploys there")
    with st.form("alias_form", border=False):
        alias = st.text_input("Alias", key="alias_name", max_chars=100)
        if st.form_submit_button(f"Let it lead to version {escaped(version.number)}"):
            _attempt(lambda: registry.set_alias(session.viewer, version, alias))
    if version.aliases:
        with st.form("alias_removal_form", border=False):
            gone = st.selectbox("Take away", version.aliases, key="alias_to_remove")
            if st.form_submit_button("Take the alias away"):
                _attempt(lambda: registry.remove_alias(session.viewer, version.model, gone))


def _attempt(change: Callable[[], None]) -> None:
    """Make a change and draw the page anew, or say why it could not be made."""
    try:
        with st.spinner("Asking the registry …"):
            change()
    except ReviewAppError as problem:
        _say(problem)
        return
    st.rerun()


def _say(problem: ReviewAppError) -> None:
    states.refused(problem)
