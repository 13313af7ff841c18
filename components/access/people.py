"""People: who was invited and has not come yet, what one of them is here for, and their ways in."""

from collections.abc import Callable, Mapping

import streamlit as st

from backend.access.invitations import Invitation, Person, PersonToken
from backend.errors import ReviewAppError
from backend.identity import Role
from components import states, times
from components.access import invite as access_invite
from components.access.rows import row
from components.plain_text import escaped
from components.session import Session

_ELSEWHERE = (
    "People of this workspace are invited in its account console, or come from your identity "
    "provider. Here you say what they are here for; what they may ask is under **Who may what**."
)
_ROLES = {Role.REVIEWER: "Reviewer", Role.ANALYST: "Analyst", Role.ADMIN: "Admin"}


def draw(session: Session, titles: Mapping[str, str]) -> None:
    """Draw inviting where the workspace offers it, and everybody with an account."""
    invitations = session.services.invitations
    are_offered = invitations.are_offered(session.viewer)
    if are_offered:
        access_invite.draw(session, titles)
        _draw_open(session, invitations.open(session.viewer))
    else:
        st.info(_ELSEWHERE, icon=":material/badge:")
    _draw_people(session, invitations.people(session.viewer), are_offered)


def _draw_open(session: Session, invited: list[Invitation]) -> None:
    st.subheader("Links nobody has used yet", anchor=False)
    if not invited:
        st.caption("There is none.")
    for number, each in enumerate(invited):
        with row(f"invitation_{number}"):
            by = f", made by {escaped(each.invited_by)}" if each.invited_by else ""
            st.markdown(
                f"**{escaped(each.user_name)}**, works until {times.short(each.expires_at)}{by}",
                width="content",
            )
            if st.button("Withdraw", key=f"withdraw_{number}"):
                _ask_to_withdraw(session, each)


@st.dialog("Withdraw this link?", icon=":material/link_off:")
def _ask_to_withdraw(session: Session, invitation: Invitation) -> None:
    st.markdown(
        f"The link for **{escaped(invitation.user_name)}** does not work any more then. Their "
        "account stays, and you can make them another link."
    )
    if st.button("Withdraw it", key="confirm_withdraw"):
        _do(lambda: session.services.invitations.withdraw(session.viewer, invitation))


def _draw_people(session: Session, people: list[Person], are_offered: bool) -> None:
    st.subheader("Everybody with an account", anchor=False)
    by_name = {each.user_name: each for each in people}
    chosen = st.selectbox(
        "Person",
        list(by_name),
        index=None,
        format_func=lambda name: _label(by_name[name]),
        placeholder="Choose a person",
        key="access_person",
    )
    if chosen:
        person = by_name[chosen]
        _draw_roles(session, person)
        if are_offered:
            access_invite.draw_new_link(session, person.user_name)
        _draw_ways_in(session, person)
    # Below the rest, which a table would move when it comes late.
    rows = [{"Who": _label(each), "Here as": _roles_in_words(each.roles)} for each in people]
    st.dataframe(rows, hide_index=True, width="stretch", key="access_people")


def _label(person: Person) -> str:
    is_named = person.display_name != person.user_name
    return f"{person.display_name} ({person.user_name})" if is_named else person.user_name


def _roles_in_words(roles: frozenset[Role]) -> str:
    return " and ".join(_ROLES[each].lower() for each in Role if each in roles)


def _draw_roles(session: Session, person: Person) -> None:
    # With what was saved the field is another: the widget would keep its own value otherwise.
    held = [each for each in Role if each in person.roles]
    key = f"roles_{person.id}_{'_'.join(held)}"
    chosen = st.pills(
        "What they are here for",
        list(_ROLES),
        selection_mode="multi",
        default=held,
        format_func=lambda each: _ROLES[each],
        key=key,
    )
    if set(chosen) != set(held) and st.button("Change this", key="change_roles"):
        _ask_to_change(session, person, frozenset(chosen))


@st.dialog("What they are here for", icon=":material/badge:")
def _ask_to_change(session: Session, person: Person, roles: frozenset[Role]) -> None:
    named = _roles_in_words(roles) or "nothing here"
    st.markdown(
        f"**{escaped(_label(person))}** is {named} from now on. "
        "It holds within a minute, also in pages that are open."
    )
    if person.user_name == session.viewer.user_name and Role.ADMIN not in roles:
        st.warning(
            "This is you: you would not get to this page any more.", icon=":material/warning:"
        )
    if Role.ADMIN in roles - person.roles:
        st.warning("Admins may do everything here, with every chain.", icon=":material/warning:")
    if st.button("Save", key="confirm_roles"):
        _do(lambda: _change_roles(session, person, roles))


def _change_roles(session: Session, person: Person, roles: frozenset[Role]) -> None:
    for role in Role:
        if (role in roles) != (role in person.roles):
            session.services.invitations.set_role(
                session.viewer, person, role, has_it=role in roles
            )


def _draw_ways_in(session: Session, person: Person) -> None:
    tokens = session.services.invitations.tokens(session.viewer, person)
    st.markdown("**Where they are signed in**")
    if not tokens:
        st.caption("Nowhere. They need a link, or a token of their own, to come in.")
        return
    for number, token in enumerate(tokens):
        with row(f"token_{number}"):
            st.markdown(_way_in(token), width="content")
            if st.button("Sign out", key=f"revoke_{number}"):
                _ask_to_revoke(session, person, [token])
    if len(tokens) > 1 and st.button("Sign out everywhere", key="revoke_all"):
        _ask_to_revoke(session, person, tokens)


def _way_in(token: PersonToken) -> str:
    what = escaped(token.comment or "A token without a comment")
    since = f", since {times.short(token.made_at)}" if token.made_at else ""
    until = f"until {times.short(token.expires_at)}" if token.expires_at else "without an end"
    return f"{what}{since}, {until}"


@st.dialog("Sign this person out?", icon=":material/logout:")
def _ask_to_revoke(session: Session, person: Person, tokens: list[PersonToken]) -> None:
    where = "there" if len(tokens) == 1 else f"in all {len(tokens)} places"
    st.markdown(
        f"**{escaped(_label(person))}** is signed out {where}, at the next click. Programs that "
        "use the same token stop working, too. What they may do stays as it is."
    )
    if person.user_name == session.viewer.user_name:
        st.warning("This is you, and may be where you are now.", icon=":material/warning:")
    if st.button("Sign out", key="confirm_revoke"):
        _do(lambda: session.services.invitations.revoke(session.viewer, tokens))


def _do(act: Callable[[], None]) -> None:
    """Do it and draw the page anew; say in the dialog why if it was refused."""
    try:
        with st.spinner("Asking the workspace …"):
            act()
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.rerun()
