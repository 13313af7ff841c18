"""Going back to an earlier version: what is known of both, a reason, one click."""

from collections.abc import Sequence

import streamlit as st

from backend.deploying.deployments import EndpointNow
from backend.releases.record import Outcome, Release, Share, live
from backend.releases.version_figures import Figures
from components import reason_form, times
from components.deployments import deployment_address, served_versions
from components.plain_text import escaped
from components.session import Session


def draw(
    session: Session,
    now: EndpointNow,
    figures: Figures,
    before: Share | None,
) -> None:
    """Offer the version before with one click, and every other there was beside it."""
    kept = [each for each in now.served if each.percentage < 100]
    former = [] if kept else session.services.deployments.former(session.viewer, now.name)
    answering = live(now.served)
    # With a canary, back is to what most people are answered by.
    most = answering[0] if len(answering) > 1 else None
    suggested = most or before or next(iter([*kept, *former]), None)
    if suggested is None:
        st.caption("There is no other version to go back to yet.")
        return
    if st.button(
        f"Roll back to version {escaped(suggested.version)}",
        icon=":material/undo:",
        key="roll_back",
    ):
        _ask(session, now, figures, suggested)


@st.dialog("Roll back", width="medium", icon=":material/undo:")
def _ask(
    session: Session,
    endpoint: EndpointNow,
    figures: Figures,
    suggested: Share,
) -> None:
    deployments = session.services.deployments
    served = endpoint.served
    kept = [each for each in served if each.percentage < 100]
    former = deployments.former(session.viewer, endpoint.name)
    options = [*kept, *former]
    target = st.selectbox(
        "Back to",
        options,
        index=[each.name for each in options].index(suggested.name),
        format_func=lambda each: _label(each, kept),
        key="roll_back_to",
    )
    others = (each for each in served if each.name != target.name)
    now = max(others, key=lambda each: each.percentage)
    releases = deployments.timeline(session.viewer, endpoint.name, None).releases
    for column, title, share in zip(
        st.columns(2), ("Answers now", "Will answer"), (now, target), strict=True
    ):
        with column.container(border=True, gap="xsmall", height="stretch"):
            st.caption(title)
            st.markdown(f"**{escaped(served_versions.name_of(share))}**")
            st.markdown(served_versions.summary(figures.get((share.model, share.version))))
            st.caption(_since(share, releases))
    if target in kept:
        state = endpoint.states.get(target.name)
        if state and state.message:
            st.caption(escaped(state.message))
        _confirm(session, endpoint.name, now, target)
    else:
        _prepare_again(endpoint.name, target)


def _confirm(session: Session, endpoint: str, now: Share, target: Share) -> None:
    st.markdown(
        f"Version {escaped(target.version)} will take all questions. "
        f"Version {escaped(now.version)} stays, ready to return."
    )

    def go_back(reason: str) -> object:
        deployments = session.services.deployments
        return deployments.roll_back(session.viewer, endpoint, reason, target.name)

    if reason_form.draw("roll_back", "Roll back now", go_back):
        st.rerun()


def _prepare_again(endpoint: str, target: Share) -> None:
    st.markdown(
        f"Version {escaped(target.version)} is not kept on the endpoint any more. It has to come "
        "up again first, without any questions, and that takes as long as a deployment."
    )
    if st.button("Prepare it again", icon=":material/rocket_launch:", key="prepare_again"):
        deployment_address.go(endpoint=endpoint, deploy=target.model, version=target.version)
        st.rerun()


def _label(share: Share, kept: Sequence[Share]) -> str:
    name = served_versions.name_of(share)
    return name if share in kept else f"{name} (not kept any more)"


def _since(share: Share, releases: Sequence[Release]) -> str:
    """Say since when a version answers, or when it was last given questions."""
    for release in releases:
        before = {each.name for each in release.live_before}
        live = {each.name for each in release.live_after}
        if release.outcome is Outcome.LIVE and share.name in live - before:
            began = times.short(release.decided_at or release.requested_at)
            return f"Answers since {began}." if share.percentage else f"Was made live {began}."
    return "Since when is not among the last releases."
