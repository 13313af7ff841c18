"""One chain as its reviewer sees it: what it is, whether it answers, and with which version."""

import streamlit as st

from backend.endpoints import Endpoint, Readiness, ServedVersion
from components.plain_text import escaped


def draw(endpoint: Endpoint) -> None:
    """Draw the card."""
    with st.container(border=True, gap="xsmall", key=f"endpoint_{endpoint.name}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
            st.subheader(escaped(title_of(endpoint)), anchor=False, width="content")
            _badge(endpoint.readiness)
        for sentence in (endpoint.description, condition(endpoint)):
            if sentence:
                st.text(sentence)
        parts = [*versions(endpoint.live), endpoint.name]
        st.caption(escaped(" · ".join(parts)))


def title_of(endpoint: Endpoint) -> str:
    """Return the title it was given, or the model's own name in words.

    The endpoint's name would repeat where the model lies.
    """
    if endpoint.guide.title:
        return endpoint.guide.title
    model = next((v.model_name for v in (*endpoint.live, *endpoint.coming)), endpoint.name)
    words = model.rpartition(".")[2].replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _badge(readiness: Readiness) -> None:
    if readiness is Readiness.READY:
        st.badge("Ready", icon=":material/check_circle:", color="green")
    elif readiness is Readiness.STARTING:
        st.badge("Starting", icon=":material/hourglass_top:", color="blue")
    else:
        st.badge("Failed", icon=":material/error:", color="red")


def condition(endpoint: Endpoint) -> str:
    """Return what one should know beyond the badge."""
    if endpoint.readiness is Readiness.FAILED:
        return f"It could not be started, so it cannot answer. {endpoint.problem}"
    if endpoint.problem:
        return "A newer version could not be started; the one below still answers."
    if endpoint.readiness is Readiness.STARTING:
        return "It is being started. That can take some minutes."
    if endpoint.coming:
        version = endpoint.coming[0].version
        return f"Version {version} is being prepared and takes over when it is ready."
    return ""


def versions(live: tuple[ServedVersion, ...]) -> list[str]:
    """Return each version that answers, with its share where there are several."""
    if len(live) == 1:
        return [f"Version {live[0].version}"]
    return [f"Version {each.version} ({each.traffic_percentage} %)" for each in live]
