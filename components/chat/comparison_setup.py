"""Turning blind comparison on and off: for administrators, at the side of the chat."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from backend.conversations.comparisons import Comparisons
from backend.errors import ReviewAppError
from backend.identity import Role
from backend.serving.endpoints import Endpoint, ServedVersion
from components import states
from components.chat import chain_chooser
from components.plain_text import escaped
from components.session import Session

_WHAT_IT_IS = (
    "Each question is answered by two versions, side by side, in random order and without names. "
    "The live version's answer counts, and the conversation goes on with it."
)
_NO_OTHER = (
    "This chain serves only the live version. Deploy another one: the version before stays, "
    "without traffic, and can be compared with."
)
_OUTCOME = "comparison_saved"
# Open, its label has a colour that is too dark on a dark page.
_STYLE = """<style>
.st-key-comparison_setup button { color: inherit !important; }
</style>"""


def draw(session: Session, endpoint: Endpoint) -> None:
    """Draw the setting for whoever has the role; the workspace decides whether it is saved."""
    if not session.viewer.has_any((Role.ADMIN,)):
        return
    icon = ":material/compare_arrows:"
    with st.popover("Compare", icon=icon, type="tertiary", key="comparison_setup"):
        st.html(_STYLE)
        st.markdown("**Blind comparison**")
        st.caption(_WHAT_IT_IS)
        _draw_obstacle(endpoint)
        if endpoint.idle or endpoint.comparison.served_name:
            _draw_choice(session.services.comparisons, endpoint)
        else:
            st.markdown(_NO_OTHER)
        _draw_outcome(endpoint.name)


def say_if_impossible(session: Session, endpoint: Endpoint) -> None:
    """Tell administrators, and nobody else, that a comparison is turned on and cannot be made."""
    if obstacle(endpoint) and session.viewer.has_any((Role.ADMIN,)):
        st.caption(f":material/compare_arrows: {escaped(obstacle(endpoint))}")


def obstacle(endpoint: Endpoint) -> str:
    """Return why nothing is compared though a version was named; empty if all is well."""
    name = endpoint.comparison.served_name
    if not name or endpoint.challenger:
        return ""
    named = next((each for each in endpoint.served if each.name == name), None)
    if named is None:
        return f"Nothing is compared: {name} is not served here any more."
    if named.traffic_percentage > 0:
        return f"Nothing is compared: version {named.version} is live now. Choose another one."
    return f"Nothing is compared: version {named.version} could not be started."


def _draw_obstacle(endpoint: Endpoint) -> None:
    if obstacle(endpoint):
        st.markdown(f":red[:material/error:] {escaped(obstacle(endpoint))}")


def _draw_choice(comparisons: Comparisons, endpoint: Endpoint) -> None:
    by_name = {each.name: each for each in endpoint.idle}
    options = ["", *by_name]
    chosen, tells = f"compare_with_{endpoint.name}", f"compare_tells_{endpoint.name}"
    name = endpoint.comparison.served_name
    st.selectbox(
        "Compare the live version with",
        options,
        index=options.index(name) if name in options else 0,
        format_func=lambda each: _label(by_name.get(each), endpoint.idle),
        key=chosen,
    )
    st.checkbox(
        "Say which was which once a person has chosen",
        value=endpoint.comparison.tells_afterwards,
        key=tells,
    )
    save = partial(_save, comparisons, endpoint.name, chosen, tells)
    st.button("Save", key="save_comparison", on_click=save)


def _label(version: ServedVersion | None, among: Sequence[ServedVersion]) -> str:
    if version is None:
        return "Nothing: one answer each"
    # Several models on one endpoint may have versions of the same number.
    is_unique = [each.version for each in among].count(version.version) == 1
    number = f"Version {version.version}"
    return number if is_unique else f"{number} of {version.model_name}"


def _save(comparisons: Comparisons, endpoint: str, chosen: str, tells: str) -> None:
    name = st.session_state[chosen]
    problem: ReviewAppError | None = None
    try:
        if name:
            comparisons.turn_on(endpoint, name, tells_afterwards=st.session_state[tells])
        else:
            comparisons.turn_off(endpoint)
    except ReviewAppError as refused:
        problem = refused
    st.session_state[_OUTCOME] = (endpoint, problem)
    chain_chooser.forget()


def _draw_outcome(endpoint: str) -> None:
    """Say once what became of the last change."""
    saved_for, problem = st.session_state.pop(_OUTCOME, (None, None))
    if saved_for != endpoint:
        return
    if problem is None:
        st.caption(":material/check: Saved. It holds from the next question on.")
    else:
        states.refused(problem)
