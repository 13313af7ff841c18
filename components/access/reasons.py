"""The reasons under a thumb, as admins word them; each keeps the key it is on record under."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from backend.access.guides import REASON_CHARACTERS
from backend.feedback.verdicts import Thumb
from backend.serving.reviewer_guide import SHOWN_REASONS, ReviewerGuide, reason_key
from components.access import guide as access_guide
from components.session import Session
from components.verdicts import verdict_reasons

_NEW = 2
_TITLES = {Thumb.POSITIVE: "What may be good", Thumb.NEGATIVE: "What may be wrong"}


def draw(session: Session, endpoint: str, guide: ReviewerGuide) -> None:
    """Draw both lists in one form."""
    st.markdown(
        "Reviewers choose among these beside **Right** or **Wrong**. A reason that is worded anew "
        "stays the same reason on record; an emptied field takes it off the list."
    )
    with st.form("reasons_form", border=True):
        up, down = st.columns(2)
        with up:
            good = _draw_list(endpoint, Thumb.POSITIVE, guide)
        with down:
            bad = _draw_list(endpoint, Thumb.NEGATIVE, guide)
        st.caption("With nothing in a list, the usual reasons are offered.")
        if st.form_submit_button("Save reasons", icon=":material/save:"):
            new = replace(guide, reasons_up=good, reasons_down=bad)
            access_guide.save(session, endpoint, new)


def _draw_list(endpoint: str, thumb: Thumb, guide: ReviewerGuide) -> Mapping[str, str]:
    """Draw the fields and return the reasons as they are worded now."""
    st.markdown(f"**{_TITLES[thumb]}**")
    offered = verdict_reasons.reasons_for(thumb, guide)
    # With what was saved the fields are others: a new reason's field is empty again.
    version = "_".join(offered)
    worded: dict[str, str] = {}
    for number, (key, text) in enumerate(offered.items(), 1):
        worded[key] = st.text_input(
            f"Reason {number}",
            text,
            max_chars=REASON_CHARACTERS,
            label_visibility="collapsed",
            key=f"reason_{thumb}_{endpoint}_{key}",
        )
    room = max(0, min(_NEW, SHOWN_REASONS - len(offered)))
    new = [
        st.text_input(
            f"New reason {number}",
            max_chars=REASON_CHARACTERS,
            placeholder="Another reason",
            label_visibility="collapsed",
            key=f"new_reason_{thumb}_{endpoint}_{number}_{version}",
        )
        for number in range(1, room + 1)
    ]
    reasons = worded_reasons(worded, new)
    usual = verdict_reasons.reasons_for(thumb, ReviewerGuide())
    return {} if reasons == usual else reasons


def worded_reasons(worded: Mapping[str, str], new: list[str]) -> dict[str, str]:
    """Return the reasons by key; what is new gets a key that no other one has."""
    reasons = {key: " ".join(text.split()) for key, text in worded.items() if text.strip()}
    for text in (" ".join(each.split()) for each in new):
        if not text or text in reasons.values():
            continue
        key, number = reason_key(text), 2
        # A former reason's key is not given to another one.
        while key in worded or key in reasons:
            key, number = f"{reason_key(text)}_{number}", number + 1
        reasons[key] = text
    return reasons
