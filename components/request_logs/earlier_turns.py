"""What was said before a request in the same conversation, for who asks for it."""

import streamlit as st

from backend.errors import NotFound, ReviewAppError
from backend.request_logs.query import LogQuery
from backend.request_logs.record import LogDetail
from backend.turns.answers import Turn
from components import states
from components.chat.answer_text import cut, safe_markdown
from components.plain_text import escaped
from components.request_logs import address
from components.request_logs.readable import one_line, readable
from components.session import Session

# Of a long conversation the last ones are shown.
MOST_TURNS = 10
ANSWER_CHARACTERS = 2_000


def draw(session: Session, found: LogDetail) -> None:
    """Offer the conversation a request belongs to, and draw it once somebody wants it."""
    row = found.row
    if not row.conversation_id:
        return
    with st.expander(
        "Earlier in this conversation",
        type="compact",
        key=f"log_before_{row.request_id}",
        on_change="rerun",
    ) as fold:
        if not fold.open:
            return
        _draw_turns(session, found)
        st.caption(f"Conversation {escaped(one_line(row.conversation_id))}")
        if st.button("List all requests of it", key=f"log_conversation_{row.request_id}"):
            address.put(LogQuery(found.endpoint, "90d", conversation=row.conversation_id))
            # The filters are not in this part of the page.
            st.rerun()


def _draw_turns(session: Session, found: LogDetail) -> None:
    try:
        with st.spinner("Reading …"):
            earlier = _earlier(session, found)
    except NotFound:
        st.caption("Nothing else of this conversation can be shown.")
        return
    except ReviewAppError as problem:
        states.refused(problem)
        return
    if not earlier:
        st.caption("This is its first question.")
    if len(earlier) > MOST_TURNS:
        st.caption(f"The last {MOST_TURNS} of {len(earlier)} are shown.")
    for turn in earlier[-MOST_TURNS:]:
        st.markdown(f"**{escaped(cut(one_line(turn.question), ANSWER_CHARACTERS))}**")
        if turn.answer and turn.answer.text:
            text = cut(readable(turn.answer.text), ANSWER_CHARACTERS)
            st.markdown(safe_markdown(text), anchors=False)
        else:
            st.caption("No answer is on record.")


def _earlier(session: Session, found: LogDetail) -> list[Turn]:
    """Return what this request follows, the earliest first."""
    recorded = session.services.conversations.open(
        session.viewer, found.row.conversation_id, found.endpoint
    )
    asked = recorded.conversation.tree
    place = next((number for number, turn in enumerate(asked) if _is(turn, found)), None)
    if place is None:
        return []
    way: list[Turn] = []
    follows = asked[place].follows
    while follows is not None and len(way) < len(asked):
        way.append(asked[follows])
        follows = asked[follows].follows
    return way[::-1]


def _is(turn: Turn, found: LogDetail) -> bool:
    known = {found.row.request_id, found.row.client_request_id} - {""}
    return bool(turn.answer and turn.answer.request_id in known)
