"""Where reviewers differ: the same answer called right and wrong, and how far they agree else."""

from functools import partial

import streamlit as st

from backend.quality.record import Disputes
from backend.request_logs.query import LogQuery
from components import states
from components.plain_text import escaped
from components.quality import request_list
from components.quality.kept import kept
from components.request_logs.readable import one_line
from components.session import Session

_WORDS = {
    "positive": ":material/thumb_up: Right",
    "true": ":material/thumb_up: Right",
    "negative": ":material/thumb_down: Wrong",
    "false": ":material/thumb_down: Wrong",
}
_OTHERWISE = ":material/question_mark: Don't know"
_HOW = (
    "Alpha is Krippendorff's: 1 is perfect agreement, 0 is chance. 0.8 is good, below 0.67 "
    "verdicts are a weak ground. The interval is what other samples of answers would give in 95 "
    "of 100 cases."
)
KEY = "disputed"


def draw(session: Session, query: LogQuery) -> None:
    """Draw how far people agree, and each answer on which they do not."""
    with st.spinner("Looking for answers that two people have judged …"):
        found = kept(
            "disputes", query, lambda: session.services.quality.disputes(session.viewer, query)
        )
    if not found.agreement.answers:
        states.empty(
            "No answer was judged by two people",
            "Whether reviewers agree can be told when several judge the same answers.",
        )
        return
    st.markdown(f"**{escaped(str(found.agreement))}**")
    st.caption(_HOW)
    st.subheader("Answers on which they differ", anchor=False)
    if not found.disputed:
        st.caption("None.")
    if found.agreement.disputed > len(found.disputed):
        st.caption(f"The newest {len(found.disputed)} of {found.agreement.disputed:,}.")
    for each in found.disputed[: request_list.limit(KEY)]:
        more = partial(_draw_words, found, each.request_id)
        request_list.draw_one(session, query, each, KEY, more)
    request_list.offer_more(len(found.disputed), KEY)


def _draw_words(found: Disputes, request_id: str) -> None:
    for person, thumb, comment in found.said.get(request_id, ()):
        quoted = f" “{escaped(one_line(comment))}”" if comment else ""
        who = escaped(one_line(person)) or "somebody"
        st.markdown(f"{_WORDS.get(thumb, _OTHERWISE)} :gray[said {who}]{quoted}")
