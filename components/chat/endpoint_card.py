"""One chain as its reviewer sees it: what it is, whether it answers, and with which version."""

import streamlit as st

from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from components import times
from components.plain_text import escaped

# What a failed start says can be as long as a log.
_SHORT = 160


def draw(endpoint: Endpoint, *, may_ask: bool, shows_name: bool) -> None:
    """Draw the card; the endpoint's own name means something only to who works with it."""
    with st.container(border=True, gap="small", key=f"endpoint_{endpoint.name}", height="stretch"):
        st.subheader(escaped(title_of(endpoint)), anchor=False)
        with st.container(horizontal=True, gap="xsmall"):
            draw_badge(endpoint.readiness)
            for version in versions(endpoint.live):
                st.badge(version, color="gray")
        if endpoint.description:
            st.text(endpoint.description)
        _draw_condition(endpoint)
        if shows_name:
            st.caption(escaped(endpoint.name))
        if may_ask and endpoint.readiness not in (Readiness.FAILED, Readiness.STOPPED):
            st.page_link(
                "../pages/chat.py",
                label="Ask it",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params={"endpoint": endpoint.name},
            )


def title_of(endpoint: Endpoint) -> str:
    """Return the title it was given, or the model's own name in words.

    The endpoint's name would repeat where the model lies.
    """
    return endpoint.guide.title or usual_title_of(endpoint)


def usual_title_of(endpoint: Endpoint) -> str:
    """Return what it is called as long as nobody has given it a title."""
    model = next((v.model_name for v in (*endpoint.live, *endpoint.coming)), endpoint.name)
    words = model.rpartition(".")[2].replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def is_changing(endpoint: Endpoint) -> bool:
    """Tell whether something is about to become different by itself."""
    # What a failed change would have served is still known, but nothing comes of it.
    return endpoint.readiness is Readiness.STARTING or bool(
        endpoint.coming and not endpoint.problem
    )


def condition(endpoint: Endpoint) -> str:
    """Return what one should know beyond the badge."""
    if endpoint.readiness is Readiness.FAILED:
        return "It could not be started, so it cannot answer."
    if endpoint.readiness is Readiness.STOPPED:
        return "It was stopped and cannot answer. Whoever looks after it can start it again."
    if endpoint.problem:
        return "A newer version could not be started; this one still answers."
    if endpoint.readiness is Readiness.STARTING:
        return f"It is being started{_so_far(endpoint)}. That can take some minutes."
    if endpoint.coming:
        coming = endpoint.coming[0]
        then = " and takes over when ready" if coming.traffic_percentage else ""
        return f"Version {coming.version} is being prepared{_so_far(endpoint)}{then}."
    return ""


def draw_reason(endpoint: Endpoint) -> None:
    """Draw why it failed, the whole of it only for who wants to read it."""
    reason = endpoint.problem if endpoint.readiness is Readiness.FAILED else ""
    lines = reason.strip().splitlines()
    if not lines:
        return
    short = lines[0][:_SHORT]
    st.text(short if short == lines[0] else f"{short}…")
    if short != reason.strip():
        with st.expander("The whole message", type="compact", key=f"reason_{endpoint.name}"):
            st.code(reason, language=None, wrap_lines=True)


def versions(live: tuple[ServedVersion, ...]) -> list[str]:
    """Return each version that answers, with its share where there are several."""
    if len(live) == 1:
        return [f"Version {live[0].version}"]
    return [f"Version {each.version} ({each.traffic_percentage} %)" for each in live]


def _draw_condition(endpoint: Endpoint) -> None:
    if said := condition(endpoint):
        st.markdown(escaped(said))
    draw_reason(endpoint)


def draw_badge(readiness: Readiness) -> None:
    """Draw in one word whether it answers."""
    if readiness is Readiness.READY:
        st.badge("Ready", icon=":material/check_circle:", color="green")
    elif readiness is Readiness.STARTING:
        st.badge("Starting", icon=":material/hourglass_top:", color="blue")
    elif readiness is Readiness.STOPPED:
        st.badge("Stopped", icon=":material/stop_circle:", color="gray")
    else:
        st.badge("Failed", icon=":material/error:", color="red")


def _so_far(endpoint: Endpoint) -> str:
    since = endpoint.changing_since
    return f", for {times.lasting(since)} so far" if since else ""
