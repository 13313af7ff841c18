"""One question of a replay: the former answer and the new one side by side, and the judgement."""

from functools import partial

import streamlit as st

from backend.feedback.verdicts import Choice, Preference, Verdict
from backend.identity import Role
from backend.replay.record import NewAnswer
from backend.request_logs.former_request import FormerRequest
from components import text_changes, times
from components.chat.answer_text import cut, safe_markdown
from components.chat.chat_state import Entry
from components.plain_text import escaped
from components.replay import link as replay_link
from components.replay.state import Opened
from components.session import Session
from components.verdicts import verdict_form
from components.verdicts.judging import THUMB_WORDS, Judge

QUESTION_CHARACTERS = 600
ANSWER_CHARACTERS = 4_000
_WORDS = {Choice.PREFERRED: "Better", Choice.TIE: "As good", Choice.REJECTED: "Worse"}
GONE = "What was asked is no longer on record, so the answers cannot be compared."


def draw(
    session: Session, found: Opened, answer: NewAnswer, judge: Judge, new_version: str
) -> None:
    """Draw all of it; nothing of a request that is no longer on record."""
    former = found.former[answer.request_id]
    with st.container(border=True, gap="small", key=f"replay_{answer.request_id}"):
        if not former.request_id:
            st.caption(GONE)
            return
        draw_question(former)
        for verdict in former.verdicts:
            draw_verdict(verdict)
        _draw_answers(former, answer, new_version)
        if answer.has_come:
            _draw_judgement(found.entry(answer), answer, judge)
        if session.viewer.has_any((Role.ADMIN,)):
            st.button(
                "Which version began this?",
                icon=":material/troubleshoot:",
                key=f"bisect_{answer.request_id}",
                type="tertiary",
                on_click=replay_link.go_to_request,
                args=(found.replay.job.endpoint, answer.request_id),
            )


def draw_question(former: FormerRequest) -> None:
    """Draw what was asked, and after what."""
    question = _short(former.question)
    st.markdown(f"**{escaped(question) or 'Without a question'}**")
    if former.before:
        st.caption(f"Asked after: {escaped(_short(former.before[-1]))}")


def draw_verdict(verdict: Verdict) -> None:
    """Draw what one person said of the former answer."""
    said = [f"**{THUMB_WORDS[verdict.thumb]}**"] if verdict.thumb else []
    said += [f"“{escaped(_short(verdict.comment))}”"] if verdict.comment else []
    if not said:
        return
    who = escaped(verdict.reviewer) or "a reviewer"
    when = f", {times.short(verdict.given_at)}" if verdict.given_at else ""
    st.markdown(f"{' · '.join(said)} :gray[said {who}{when}]")


def draw_text(text: str, key: str) -> None:
    """Draw an answer, the rest of a long one only for who wants to read it."""
    if not text:
        st.caption("Nothing was answered.")
        return
    st.markdown(safe_markdown(cut(text, ANSWER_CHARACTERS)), anchors=False)
    if len(text) > ANSWER_CHARACTERS:
        with st.expander("All of it", type="compact", key=f"all_of_{key}"):
            st.text(text)


def _draw_answers(former: FormerRequest, answer: NewAnswer, new_version: str) -> None:
    old, new = st.columns(2)
    with old.container(border=True, gap="xsmall", height="stretch"):
        st.caption(f"Version {escaped(former.version)} answered")
        draw_text(former.answer, f"old_{answer.request_id}")
    with new.container(border=True, gap="xsmall", height="stretch"):
        st.caption(f"Version {escaped(new_version)} answers")
        if answer.error:
            st.markdown(f":red[:material/error:] {escaped(answer.error)}")
        else:
            draw_text(answer.answer, f"new_{answer.request_id}")
    if answer.is_changed:
        with st.expander("What changed", type="compact", key=f"diff_{answer.request_id}"):
            text_changes.draw(former.answer, answer.answer)
    elif answer.has_come:
        st.caption(":material/equal: The same words.")


def _draw_judgement(entry: Entry, answer: NewAnswer, judge: Judge) -> None:
    key = f"choice_{entry.key}"
    chosen = judge.verdict(entry).preference
    st.segmented_control(
        "Is the new answer better?",
        list(_WORDS),
        default=chosen.choice if chosen and chosen.choice in _WORDS else None,
        format_func=_WORDS.__getitem__,
        key=key,
        on_change=partial(_save, entry, answer, judge, key),
    )
    st.caption("Is it right?")
    verdict_form.draw_thumbs(entry, judge)
    verdict_form.draw_rest(entry, judge)


def _save(entry: Entry, answer: NewAnswer, judge: Judge, key: str) -> None:
    choice: Choice | None = st.session_state[key]
    judge.save(entry, preference=Preference(answer.pair_id, choice) if choice else None)


def _short(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= QUESTION_CHARACTERS:
        return words
    return words[: QUESTION_CHARACTERS - 2] + " …"
