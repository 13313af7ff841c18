"""Inviting somebody: an account, what they may ask, and a link that works once."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import streamlit as st

from backend.access.invitations import NewLink
from backend.access.lists import Grantee, Kind, Level
from backend.errors import ReviewAppError
from backend.identity import Role
from components import copy_button, states, times
from components.plain_text import escaped
from components.session import Session

# The only place where a link is kept, until it is hidden or the tab is closed.
_LINK = "invitation_link"
_INVITED = "invited_so_far"
OPENS_FOR = {
    "an hour": timedelta(hours=1),
    "a day": timedelta(days=1),
    "a week": timedelta(days=7),
    "30 days": timedelta(days=30),
}
SIGNED_IN_FOR = {
    "a day": timedelta(days=1),
    "a week": timedelta(days=7),
    "30 days": timedelta(days=30),
    "90 days": timedelta(days=90),
}
_ROLES = {
    Role.REVIEWER: "Reviewer: asks chains and judges their answers",
    Role.ANALYST: "Analyst: looks at what was asked and answered",
    Role.ADMIN: "Admin: deploys, and gives access",
}


def draw(session: Session, titles: Mapping[str, str]) -> None:
    """Draw the form, and the link of whoever was invited last."""
    draw_link()
    number = st.session_state.get(_INVITED, 0)
    with st.form("invite", border=True):
        st.markdown("**Invite somebody**")
        name = st.text_input(
            "E-mail address",
            placeholder="somebody@example.com",
            key=f"invite_user_{number}",
            max_chars=250,
        )
        shown = st.text_input("Name", placeholder="As others read it", key=f"invite_name_{number}")
        role = st.selectbox(
            "What they are here for",
            list(_ROLES),
            format_func=lambda each: _ROLES[each],
            key="invite_role",
        )
        chains = st.multiselect(
            "Chains they may ask",
            list(titles),
            format_func=lambda each: escaped(titles[each]),
            key=f"invite_chains_{number}",
        )
        opens, stays = _durations("invite")
        is_wanted = st.form_submit_button("Make a link", icon=":material/person_add:")
    if is_wanted:
        _invite(session, name, shown, role, chains, opens, stays)


def draw_new_link(session: Session, user_name: str) -> None:
    """Offer another link for somebody who has an account."""
    with st.form("new_link", border=False):
        opens, stays = _durations("new_link")
        if st.form_submit_button("Make a new link", icon=":material/link:"):
            _make_link(session, user_name, opens, stays)


def draw_link() -> None:
    """Show the link that was just made: now and never again."""
    link: NewLink | None = st.session_state.get(_LINK)
    if link is None:
        return
    with st.container(border=True, gap="small", key="invitation_link"):
        st.markdown(f"**The link for {escaped(link.user_name)}**")
        address = link.address(_app())
        st.code(address, language=None, wrap_lines=True)
        st.markdown(
            f"It works once, until {times.short(link.expires_at)}. Whoever opens it is signed in "
            "as this person, so send it to nobody else. It cannot be shown again."
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            copy_button.draw(address, "Copy the link", "copy_invitation")
            st.button("Hide the link", on_click=_hide, key="hide_link")


def _durations(place: str) -> tuple[timedelta, timedelta]:
    left, right = st.columns(2)
    opens = left.selectbox("The link works for", list(OPENS_FOR), index=2, key=f"{place}_opens")
    stays = right.selectbox(
        "They stay signed in for", list(SIGNED_IN_FOR), index=2, key=f"{place}_stays"
    )
    return OPENS_FOR[opens], SIGNED_IN_FOR[stays]


def _invite(
    session: Session,
    name: str,
    shown: str,
    role: Role,
    chains: list[str],
    opens: timedelta,
    stays: timedelta,
) -> None:
    services, viewer = session.services, session.viewer
    try:
        with st.spinner("Asking the workspace …"):
            person = services.invitations.let_in(viewer, name, shown, role)
            for chain in chains:
                _let_ask(session, chain, Grantee(Kind.PERSON, person.user_name))
    except ReviewAppError as problem:
        _say(problem)
        return
    # Whoever is invited next is somebody else: other fields, which are empty.
    st.session_state[_INVITED] = st.session_state.get(_INVITED, 0) + 1
    _make_link(session, person.user_name, opens, stays)


def _let_ask(session: Session, chain: str, grantee: Grantee) -> None:
    """Give the right to ask, unless they have it, or more, by an entry of their own."""
    access, viewer = session.services.access, session.viewer
    has = access.read(viewer, chain).entry_of(grantee).direct
    if has is None or has.rank < Level.QUERY.rank:
        access.give(viewer, chain, grantee, Level.QUERY)


def _make_link(session: Session, user_name: str, opens: timedelta, stays: timedelta) -> None:
    try:
        link = session.services.invitations.make_link(session.viewer, user_name, opens, stays)
    except ReviewAppError as problem:
        _say(problem)
        return
    st.session_state[_LINK] = link
    st.rerun()


def _say(problem: ReviewAppError) -> None:
    states.refused(problem)


def _hide() -> None:
    st.session_state.pop(_LINK, None)


def _app() -> str:
    """Return where the app is, as the admin's own browser knows it."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
