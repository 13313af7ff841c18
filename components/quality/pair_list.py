"""Questions that two versions were asked, with both answers side by side."""

from collections.abc import Mapping, Sequence

import streamlit as st

from backend.errors import ReviewAppError
from backend.quality.record import Exchange, Judged, Pair, Versions
from backend.request_logs.query import LogQuery
from components import states
from components.chat.answer_text import cut, safe_markdown
from components.plain_text import escaped
from components.quality import address, request_list, words
from components.request_logs.readable import one_line
from components.session import Session

ANSWER_CHARACTERS = 2_000
PAGE = 5
_KINDS = {"better": "What got better", "worse": "What got worse", "others": "Other questions"}
_KIND = "quality_pairs"
_NOTHING = {
    "better": "No question was wrong with the one and is right with the other.",
    "worse": "No question was right with the one and is wrong with the other.",
    "others": "No other question was asked of both.",
}


def draw(session: Session, query: LogQuery, found: Versions) -> None:
    """Draw the pairs of one kind; whole answers are read only for those on the screen."""
    st.subheader("Questions both were asked", anchor=False)
    pairs = {"better": found.better, "worse": found.worse, "others": found.others}
    kind = str(
        st.segmented_control(
            "Which questions",
            list(_KINDS),
            default="better",
            format_func=lambda each: f"{_KINDS[each]} ({len(pairs[each])})",
            required=True,
            key=_KIND,
            label_visibility="collapsed",
        )
    )
    chosen = pairs[kind]
    if not chosen:
        st.caption(_NOTHING[kind])
        return
    number = st.session_state.setdefault(f"quality_pairs_shown_{kind}", PAGE)
    shown = chosen[:number]
    answers = _read(session, query, shown)
    for place, pair in enumerate(shown):
        _draw_pair(query, pair, answers, f"{kind}_{place}")
    if left := len(chosen) - len(shown):
        st.button(
            f"Show {PAGE} more of {left:,}" if left > PAGE else f"Show {left} more",
            icon=":material/expand_more:",
            key=f"quality_pairs_more_{kind}",
            on_click=_show_more,
            args=(kind,),
        )


def _show_more(kind: str) -> None:
    st.session_state[f"quality_pairs_shown_{kind}"] += PAGE


def _read(session: Session, query: LogQuery, pairs: Sequence[Pair]) -> Mapping[str, Exchange]:
    ids = [each.request_id for pair in pairs for each in (pair.new, pair.old)]
    try:
        with st.spinner("Reading both answers …"):
            return session.services.quality.exchanges(session.viewer, query, ids)
    except ReviewAppError as problem:
        states.refused(problem)
        return {}


def _draw_pair(query: LogQuery, pair: Pair, answers: Mapping[str, Exchange], key: str) -> None:
    with st.container(border=True, gap="small", key=f"quality_pair_{key}"):
        st.markdown(f"**{escaped(one_line(pair.new.question)) or 'Without a question'}**")
        if not pair.is_same:
            old = escaped(words.version(pair.old.version))
            asked = escaped(one_line(pair.old.question))
            st.caption(f"{old} was asked in other words: {asked}")
        if _differ_before(pair, answers):
            st.caption("Something else was asked before, so it may mean something else.")
        if _is_same_answer(pair, answers):
            st.caption("Both gave the same answer, word for word.")
        left, right = st.columns(2)
        with left:
            _draw_answer(query, pair.new, answers.get(pair.new.request_id))
        with right:
            _draw_answer(query, pair.old, answers.get(pair.old.request_id))


def _draw_answer(query: LogQuery, each: Judged, found: Exchange | None) -> None:
    st.caption(request_list.in_short(each))
    text = found.answer if found else ""
    if text:
        st.markdown(safe_markdown(cut(text, ANSWER_CHARACTERS)), anchors=False)
    else:
        st.caption("The answer is not on record.")
    address.link_to_request("Open", query, each.request_id)


def _is_same_answer(pair: Pair, answers: Mapping[str, Exchange]) -> bool:
    new, old = answers.get(pair.new.request_id), answers.get(pair.old.request_id)
    return bool(new and old and new.answer and new.answer.split() == old.answer.split())


def _differ_before(pair: Pair, answers: Mapping[str, Exchange]) -> bool:
    new, old = answers.get(pair.new.request_id), answers.get(pair.old.request_id)
    return bool(new and old and new.before != old.before)
