"""What the judged questions are about, in groups by their words, and what was said of each."""

import streamlit as st

from backend.quality.record import Topic, Topics
from backend.quality.topics import LEAST_QUESTIONS
from backend.request_logs.query import LogQuery
from components import states
from components.plain_text import escaped
from components.quality import request_list, words
from components.quality.kept import kept
from components.session import Session


def draw(session: Session, query: LogQuery) -> None:
    """Draw the groups, the one with most wrong answers first."""
    with st.spinner("Putting questions into groups …"):
        found = kept(
            "topics", query, lambda: session.services.quality.topics(session.viewer, query)
        )
    if not found.topics:
        states.empty(
            "Too few judged questions",
            f"Groups take at least {LEAST_QUESTIONS} questions with a verdict, and there are "
            f"{found.questions}. Look at a longer time.",
        )
        return
    st.caption(_about(found))
    for place, topic in enumerate(found.topics):
        _draw_topic(session, query, topic, place)


def _about(found: Topics) -> str:
    which = "the newest " if found.is_cut else ""
    return (
        f"Of {which}{words.count(found.questions, 'judged question')}, put into groups by the "
        "words they have in common. Such groups are a rough guide: read the questions."
    )


def draw_questions(session: Session, query: LogQuery, topic: Topic, key: str) -> None:
    """Offer the questions of a topic, and draw them where the address names it."""
    group = " ".join(topic.words)
    request_list.draw_folded(session, query, topic.request_ids, group, f"topic_{key}")


def _draw_topic(session: Session, query: LogQuery, topic: Topic, place: int) -> None:
    with st.container(border=True, gap="xsmall", key=f"quality_topic_{place}"):
        st.markdown(f"**{escaped(', '.join(topic.words))}**")
        st.markdown(words.share_wrong(topic.said))
        draw_questions(session, query, topic, str(place))
