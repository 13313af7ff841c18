"""What a page shows instead of its content: nothing yet, not allowed, not signed in, broken."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.identity import Role, Viewer
from components.plain_text import escaped

WHAT_ROLES_DO = {
    Role.REVIEWER: "try chains and judge their answers",
    Role.ANALYST: "look at what was asked and answered",
    Role.ADMIN: "deploy chains and give access",
}


def empty(title: str, sentence: str) -> None:
    """Say that there is nothing here yet, and what would change that."""
    with st.container(border=True, gap="xsmall", key="state_empty"):
        st.markdown(f"**{escaped(title)}**")
        st.markdown(escaped(sentence))


def error(problem: ReviewAppError, details: str | None = None, key: str = "") -> None:
    """Say what went wrong and what to do, offer to try again; details only if handed in."""
    with st.container(border=True, gap="small", key=f"state_error{key}"):
        st.markdown(f":red[:material/error:] **{escaped(problem.sentence)}**")
        st.markdown(escaped(problem.advice))
        st.button("Try again", icon=":material/refresh:", key=f"try_again{key}")
        if problem.request_id:
            st.caption(f"Request id: {escaped(problem.request_id)}")
        if details:
            with st.expander("Details for administrators"):
                st.code(details, language=None, wrap_lines=True)


def refused(problem: ReviewAppError) -> None:
    """Say in a line why what somebody has just asked for was not done, and what to do."""
    st.markdown(f":red[:material/error:] {escaped(problem.sentence)} {escaped(problem.advice)}")


def no_permission(viewer: Viewer) -> None:
    """Say that this person's roles do not reach this page, and who can change that."""
    known = " and ".join(sorted(viewer.roles))
    st.title("You have no access to this page" if known else "You have no role here yet")
    st.markdown(
        f"You are signed in as **{escaped(viewer.display_name)}**{known and f', {known}'}. "
        "Ask an administrator of the workspace to add you to the group you need:"
    )
    st.markdown("\n".join(f"- **{role}s** {what}" for role, what in WHAT_ROLES_DO.items()))


def sign_in(reason: str = "") -> None:
    """Say how to get in, to somebody who may never have been here."""
    st.title("Sign in to the Review App")
    if reason:
        st.warning(escaped(reason), icon=":material/key_off:")
    st.markdown(
        "Here you chat with the chains your team builds, and say how good their answers are."
    )
    with st.container(border=True, gap="xsmall", key="state_sign_in"):
        st.markdown("**Open your personal sign-in link.**")
        st.markdown(
            "You get it from the person who invited you. It works once and keeps you signed in "
            "on this browser."
        )
        st.markdown("Link lost, used or expired? Ask them for a new one.")
        # A button of Streamlit's would not make the browser send its cookies anew.
        st.html('Signed in meanwhile? <a href="" target="_self">Load this page again</a>')
    st.caption("Running the workspace yourself? The terminal you started it in shows a link.")
