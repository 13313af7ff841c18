"""One answer on the page: text, steps, sources, what went wrong, and the verdict on it.

Each answer is a fragment of its own, so that judging one neither redraws nor disturbs the others.
"""

import streamlit as st

from backend.errors import ReviewAppError
from backend.turns.answers import Answer, Pair
from components import copy_button
from components.chat import blind_comparison, source_cards, tool_steps, version_switch
from components.chat.answer_text import SHOWN_CHARACTERS, cut, safe_markdown
from components.chat.chat_state import Chat, Entry
from components.plain_text import escaped
from components.verdicts import verdict_form
from components.verdicts.judging import Judge

# Beyond this a browser has trouble with Markdown, not with a block of text.
MARKDOWN_CHARACTERS = 200_000


def draw(chat: Chat, entry: Entry, judge: Judge) -> None:
    """Draw what became of a question."""
    if entry.answer:
        if not entry.answer.pair:
            tool_steps.draw(entry.answer.steps, entry.key)
        _draw_answer(chat, entry, judge)
    elif entry.problem:
        _draw_problem(chat, entry, entry.problem)


def draw_to_read(entry: Entry) -> None:
    """Draw an answer somebody else got; nothing can be done with it."""
    if entry.answer is None:
        return
    tool_steps.draw(entry.answer.steps, entry.key)
    _draw_text(entry.answer.text, entry.key)
    _draw_condition(entry.answer)
    source_cards.draw(entry, None)
    if entry.answer.pair:
        blind_comparison.draw_to_read(entry.answer.pair)


@st.fragment
def _draw_answer(chat: Chat, entry: Entry, judge: Judge) -> None:
    answer = entry.answer
    if answer is None:
        return
    if answer.pair:
        _draw_pair(chat, entry, answer, answer.pair, judge)
    else:
        _draw_text(answer.text, entry.key)
        _draw_condition(answer)
        source_cards.draw(entry, judge)
        if entry.rival and answer.is_whole:
            blind_comparison.say_alone()
    # While two answers are compared, one of them alone would betray itself.
    is_one = blind_comparison.is_decided(entry, judge)
    # Of a question that was stopped before the first word there is nothing to say.
    can_judge = bool(answer.request_id and (answer.text or not answer.is_interrupted)) and is_one
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=f"actions_{entry.key}"
    ):
        if can_judge:
            verdict_form.draw_thumbs(entry, judge)
        if answer.text and is_one:
            copy_button.draw(answer.text, "Copy the answer", f"copy_{entry.key}")
        _draw_again(chat, entry, "Ask again")
        version_switch.draw(chat, chat.attempts(entry), entry, "answer")
    if can_judge:
        verdict_form.draw_rest(entry, judge)


def _draw_pair(chat: Chat, entry: Entry, answer: Answer, pair: Pair, judge: Judge) -> None:
    """Draw both answers; once one was chosen, the one for the record can be judged further."""
    blind_comparison.draw(entry, answer, pair, judge, draw_to_read)
    if blind_comparison.is_decided(entry, judge):
        blind_comparison.draw_outcome(entry, pair, chat.terms)
        source_cards.draw(entry, judge)


def _draw_text(text: str, key: str) -> None:
    if len(text) <= SHOWN_CHARACTERS:
        st.markdown(safe_markdown(text), anchors=False)
    elif not st.session_state.get(f"all_{key}"):
        st.markdown(safe_markdown(cut(text)), anchors=False)
        st.button(
            f"Show all ({len(text):,} characters)", key=f"show_{key}", on_click=_show, args=(key,)
        )
    elif len(text) <= MARKDOWN_CHARACTERS:
        st.markdown(safe_markdown(text), anchors=False)
    else:
        st.code(text, language=None, wrap_lines=True, height=600)


def _show(key: str) -> None:
    st.session_state[f"all_{key}"] = True


def _draw_condition(answer: Answer) -> None:
    """Say what one should know of an answer that is not what it should be."""
    if answer.problem:
        st.markdown(f":red[:material/error:] {escaped(answer.problem)}")
        quoted = [f"Request id: {answer.request_id}"] if answer.request_id else []
        quoted += [f"Code: {answer.problem_code}"] if answer.problem_code else []
        if quoted:
            st.caption(escaped(" · ".join(quoted)))
    elif answer.is_interrupted:
        what = "This is what had come." if answer.text else "Nothing had come yet."
        st.caption(f":material/stop_circle: Stopped before the end. {what}")
    elif not answer.text:
        st.caption("The chain gave an empty answer.")


def _draw_problem(chat: Chat, entry: Entry, problem: ReviewAppError) -> None:
    with st.container(border=True, gap="small", key=f"problem_{entry.key}"):
        st.markdown(f":red[:material/error:] **{escaped(problem.sentence)}**")
        st.markdown(escaped(problem.advice))
        if problem.request_id:
            st.caption(f"Request id: {escaped(problem.request_id)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            _draw_again(chat, entry, "Ask this again")
            version_switch.draw(chat, chat.attempts(entry), entry, "answer")


def _draw_again(chat: Chat, entry: Entry, label: str) -> None:
    """Offer to put the last question once more; an earlier one can be edited."""
    if entry is not chat.last:
        return
    if st.button(label, icon=":material/refresh:", key=f"again_{entry.key}", type="tertiary"):
        chat.ask_again(entry)
        # The whole page: the answer arrives outside of this fragment.
        st.rerun()
