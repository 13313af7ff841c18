"""Taking a version off, stopping, starting and deleting: what each will do, a reason, and go."""

from collections.abc import Callable

import streamlit as st

from backend.deploying.deployments import EndpointNow
from backend.releases.record import Share
from components import reason_form
from components.deployments import deployment_address, served_versions
from components.plain_text import escaped
from components.session import Session


def draw(session: Session, now: EndpointNow) -> None:
    """Offer what can be done with it now."""
    kept = [each for each in now.served if not each.percentage]
    if kept and _button("Remove a version", "delete_sweep"):
        _remove(session, now.name, kept)
    if now.is_stopped and _button("Start", "play_circle"):
        _start(session, now)
    if now.served and not now.is_stopped and _button("Stop", "stop_circle"):
        _stop(session, now)
    if _button("Delete", "delete"):
        _delete(session, now)


@st.dialog("Remove a version", icon=":material/delete_sweep:")
def _remove(session: Session, endpoint: str, kept: list[Share]) -> None:
    gone = st.selectbox("Which one", kept, format_func=served_versions.name_of, key="remove_which")
    st.markdown(
        f"Version {escaped(gone.version)} leaves the endpoint. Nobody's questions are affected, "
        "as it answers none. Going back to it later means preparing it again, which takes as "
        "long as a deployment. What it answered stays on record."
    )
    lifecycle = session.services.endpoint_lifecycle
    _finish(
        "remove",
        "Remove it",
        lambda reason: lifecycle.remove(session.viewer, endpoint, gone.name, reason),
    )


@st.dialog("Stop the endpoint", icon=":material/stop_circle:")
def _stop(session: Session, now: EndpointNow) -> None:
    st.markdown(
        f"All versions of {escaped(now.name)} leave the memory once the questions under way are "
        "answered. From then on every question is refused, and nothing is used up. What it serves "
        "stays set up: starting it again takes as long as its versions take to come up."
    )
    lifecycle = session.services.endpoint_lifecycle
    _finish("stop", "Stop it", lambda reason: lifecycle.stop(session.viewer, now.name, reason))


@st.dialog("Start the endpoint", icon=":material/play_circle:")
def _start(session: Session, now: EndpointNow) -> None:
    st.markdown(
        f"{escaped(now.name)} comes up with what it served when it was stopped: "
        f"{served_versions.in_words(now.served)}. It answers as soon as that is ready."
    )
    lifecycle = session.services.endpoint_lifecycle
    _finish("start", "Start it", lambda reason: lifecycle.start(session.viewer, now.name, reason))


@st.dialog("Delete the endpoint", icon=":material/delete:")
def _delete(session: Session, now: EndpointNow) -> None:
    st.markdown(
        f"{escaped(now.name)} is gone for good, with who may ask it and what reviewers are told "
        "of it. Nobody can ask it any more. The registered versions stay, and so do its releases "
        "and everything on record of what was asked and said."
    )
    typed = st.text_input("To be sure, type its name", key="delete_name")
    lifecycle = session.services.endpoint_lifecycle
    _finish(
        "delete",
        "Delete it for good",
        lambda reason: lifecycle.delete(session.viewer, now.name, reason),
        disabled=typed.strip() != now.name,
        endpoint="",
    )


def _finish(
    key: str,
    label: str,
    ask: Callable[[str], object],
    *,
    disabled: bool = False,
    endpoint: str | None = None,
) -> None:
    if reason_form.draw(key, label, ask, disabled=disabled):
        if endpoint is not None:
            deployment_address.go(endpoint=endpoint)
        st.rerun()


def _button(label: str, icon: str) -> bool:
    key = label.lower().replace(" ", "_")
    return st.button(label, icon=f":material/{icon}:", key=f"endpoint_{key}")
