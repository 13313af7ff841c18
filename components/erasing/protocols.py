"""The protocols of former erasures: what is proven, and whether it was this person."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from backend.erasure.protocol import Erasure, Outcome
from components import times
from components.erasing import parts as erasure_parts
from components.plain_text import escaped
from components.session import Session

_SHOWN = 50
_OPEN = "erasure_open"
_SAID = {
    Outcome.COMPLETE: ":material/task_alt: Complete",
    Outcome.INCOMPLETE: ":material/error: Not complete",
    Outcome.STOPPED: ":material/stop_circle: Stopped",
    Outcome.RUNNING: ":material/hourglass_top: Not ended",
}


def draw(session: Session, person: str) -> None:
    """List what was erased so far; of a chosen person only their own."""
    st.subheader("Former erasures", anchor=False)
    st.caption("A protocol holds no name, only a hash of it. Choose a person above to see theirs.")
    former = session.services.erasures.former(session.viewer)
    theirs = [each for each in former if not person or each.is_of(person)]
    if not theirs:
        st.markdown(_nothing(former, person))
    for each in theirs[:_SHOWN]:
        _draw(session, each)
    if len(theirs) > _SHOWN:
        st.caption(f"{len(theirs) - _SHOWN} older ones are in MLflow.")


def _nothing(former: Sequence[Erasure], person: str) -> str:
    if person and former:
        return "None of them is of this person."
    return "Nobody has been erased yet."


def _draw(session: Session, erasure: Erasure) -> None:
    with st.container(border=True, gap="xsmall", key=f"erasure_{erasure.id}"):
        st.markdown(f"**{escaped(erasure.reference)}** · {_SAID[erasure.outcome]}")
        began = datetime.fromisoformat(erasure.started_at)
        by = f", by {escaped(erasure.erased_by)}"
        st.caption(f"{times.short(began)}{by}", help=times.full(began), width="content")
        if st.session_state.get(_OPEN) != erasure.id:
            st.button(
                "Show the protocol",
                key=f"show_{erasure.id}",
                type="tertiary",
                on_click=_open,
                args=(erasure.id,),
            )
            return
        whole = session.services.erasures.protocol(session.viewer, erasure.id)
        erasure_parts.say(whole)
        erasure_parts.draw(whole.parts)
        erasure_parts.offer(whole, erasure.id)


def _open(erasure_id: str) -> None:
    st.session_state[_OPEN] = erasure_id
