"""One chain's access list: giving, changing and taking away, each after a question."""

import time

import streamlit as st

from backend.access.lists import EndpointAccess, Entry, Grantee, Level, named
from backend.errors import ReviewAppError
from components import states
from components.access import words as access_words
from components.access.rows import row
from components.plain_text import escaped
from components.session import Session

FRESH_SECONDS = 30
_KNOWN = "known_grantees"


def draw(session: Session, access: EndpointAccess, title: str) -> None:
    """Draw the list; who may not change it only looks."""
    for number, entry in enumerate(access.entries):
        _draw_entry(session, access, title, entry, number)
    if access.may_change:
        _draw_form(session, access, title)
    else:
        st.caption("Changing this list takes the right to manage the chain.")


def _draw_entry(
    session: Session, access: EndpointAccess, title: str, entry: Entry, number: int
) -> None:
    with row(f"entry_{number}"):
        st.markdown(_sentence(entry), width="content")
        if not access.may_change or entry.direct is None:
            return
        who = escaped(access_words.name_of(entry.grantee))
        with st.container(horizontal=True, gap="xsmall", width="content", key=f"acts_{number}"):
            if st.button("Change", key=f"change_{number}", help=f"What {who} may do"):
                _ask_level(session, access, title, entry)
            if st.button("Take away", key=f"take_{number}", help=f"From {who}"):
                _ask(session, access, title, entry.grantee, None)


def _sentence(entry: Entry) -> str:
    who = escaped(access_words.name_of(entry.grantee))
    if entry.level is None:
        return who
    why = "" if entry.direct is entry.level else ", as admin or creator"
    return f"**{who}** {access_words.may(entry.level)}{why}"


def _draw_form(session: Session, access: EndpointAccess, title: str) -> None:
    with st.form("give_access", border=True):
        st.markdown("**Give access**")
        known = {each.name: each for each in _known(session)}
        chosen = st.selectbox(
            "To whom",
            list(known),
            index=None,
            format_func=lambda name: _label(name, known.get(name)),
            placeholder="Choose a group or a person, or type a name",
            accept_new_options=True,
            key="give_to",
        )
        level = st.selectbox(
            "What they may do",
            list(Level),
            index=list(Level).index(Level.QUERY),
            format_func=lambda each: access_words.LEVELS[each],
            help=access_words.EXPLAINED,
            key="give_level",
        )
        is_wanted = st.form_submit_button("Give access", icon=":material/person_add:")
    name = (chosen or "").strip()
    if is_wanted and name:
        _ask(session, access, title, known.get(name) or named(name), level)
    elif is_wanted:
        st.markdown(":red[:material/error:] Say to whom.")


def _known(session: Session) -> tuple[Grantee, ...]:
    """Return whom one can choose, asked once in a while: a directory can be long."""
    asked_at, token, known = st.session_state.get(_KNOWN, (0.0, "", ()))
    if token != session.token or time.monotonic() - asked_at > FRESH_SECONDS:
        known = session.services.access.known(session.viewer)
        st.session_state[_KNOWN] = (time.monotonic(), session.token, known)
    found: tuple[Grantee, ...] = known
    return found


def _label(name: str, grantee: Grantee | None) -> str:
    return access_words.name_of(grantee) if grantee else name


@st.dialog("What they may do", icon=":material/key:")
def _ask_level(session: Session, access: EndpointAccess, title: str, entry: Entry) -> None:
    level = st.radio(
        escaped(access_words.name_of(entry.grantee)),
        list(Level),
        index=list(Level).index(entry.direct or Level.QUERY),
        format_func=lambda each: access_words.LEVELS[each],
        key="new_level",
    )
    st.caption(access_words.EXPLAINED)
    _draw_question(session, access, title, entry.grantee, level)


@st.dialog("Change who may use it?", icon=":material/key:")
def _ask(
    session: Session, access: EndpointAccess, title: str, grantee: Grantee, level: Level | None
) -> None:
    _draw_question(session, access, title, grantee, level)


def _draw_question(
    session: Session, access: EndpointAccess, title: str, grantee: Grantee, level: Level | None
) -> None:
    st.markdown(_what_happens(access, title, grantee, level))
    if session.services.access.locks_out(session.viewer, access, grantee, level):
        st.warning(
            "This takes your own right to manage the chain away. You could not undo it yourself.",
            icon=":material/warning:",
        )
    word = "Take away" if level is None else "Save"
    if st.button(word, key="confirm_access"):
        _change(session, access, grantee, level)


def _what_happens(access: EndpointAccess, title: str, grantee: Grantee, level: Level | None) -> str:
    who, chain = escaped(access_words.name_of(grantee)), escaped(title)
    rest = access.after(grantee, level).entry_of(grantee).level
    if level is not None:
        return f"With **{chain}**, {who} {access_words.may(level)} from now on."
    if rest is not None:
        return f"**{chain}**: {who} still {access_words.may(rest)}, as admin or creator."
    return f"{who} may not use **{chain}** any more. What they have through a group stays."


def _change(
    session: Session, access: EndpointAccess, grantee: Grantee, level: Level | None
) -> None:
    service = session.services.access
    try:
        with st.spinner("Asking the workspace …"):
            if level is None:
                service.take_away(session.viewer, access.endpoint, grantee)
            else:
                service.give(session.viewer, access.endpoint, grantee, level)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.rerun()
