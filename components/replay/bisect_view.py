"""Which version began it: one bad answer, every kept version's answer to the same, the pointer."""

from functools import partial

import streamlit as st

from backend.errors import ReviewAppError
from backend.feedback.verdicts import Thumb
from backend.long_work.record import JobState
from backend.replay.bisection import Pointed, Tried
from backend.replay.bisections import Bisection
from backend.request_logs.former_request import FormerRequest
from backend.turns.answers import Answer
from components import job_progress, states, text_changes, times
from components.chat.chat_state import Entry, Judgement
from components.plain_text import escaped
from components.replay import card as replay_card
from components.replay import link as replay_link
from components.session import Session
from components.verdicts.judging import Judge

QUOTED_CHARACTERS = 200
_MARKS = {Thumb.NEGATIVE: "Just as wrong", Thumb.POSITIVE: "Not wrong"}


def draw_question(session: Session, endpoint: str, request_id: str) -> None:
    """Draw the answer in question, and offer to ask every kept version the same."""
    bisections = session.services.bisections
    _offer_list(endpoint)
    former = bisections.former(session.viewer, endpoint, request_id)
    _draw_former(former)
    known = bisections.latest(session.viewer, endpoint, request_id)
    with st.container(horizontal=True, gap="small"):
        if st.button("Ask every kept version", icon=":material/troubleshoot:", key="bisect_begin"):
            _begin(session, endpoint, request_id)
        if known:
            st.button(
                f"What came of it, {times.short(known.asked_at)}",
                key="bisect_known",
                type="tertiary",
                on_click=replay_link.go_to_job,
                args=(known.id,),
            )


def draw(session: Session, job_id: str) -> None:
    """Draw what came of a search, or how far it is."""
    found = session.services.bisections.open(session.viewer, job_id)
    _offer_list(found.job.endpoint)
    _draw_former(found.former)
    if found.job.state is not JobState.DONE or found.pointed is None:
        job_progress.draw(session, found.job)
        return
    st.markdown(f"**{escaped(in_words(found.pointed, found.former.version))}**")
    for doubt in doubts(found.pointed, found.former.version):
        st.markdown(f":material/help: {escaped(doubt)}")
    for tried in found.tries:
        _draw_tried(session, found, tried)


def in_words(found: Pointed, bad_version: str) -> str:
    """Return to which version it points, as a sentence."""
    if not found.is_bad or found.first is None:
        return "No version answered, so nobody can tell which one began it."
    if found.before is None and found.first.version == bad_version:
        return (
            f"No version before version {bad_version} is kept and answers, so nobody can tell "
            "which one began it."
        )
    if found.before is None:
        return (
            f"Version {found.first.version} is the oldest that answers, and it answers like this "
            "already: it began there, or before."
        )
    quoted = " ".join(found.before.answer.split())
    if len(quoted) > QUOTED_CHARACTERS:
        quoted = f"{quoted[: QUOTED_CHARACTERS - 2]} …"
    said = f"answered: “{quoted}”" if quoted else "answered nothing."
    return (
        f"Version {found.first.version} is the first that answers like this; "
        f"version {found.before.version} {said}"
    )


def doubts(found: Pointed, bad_version: str) -> list[str]:
    """Return what speaks against it; a person can settle it by marking answers."""
    said = []
    if found.astray:
        names = _names(found.astray)
        said.append(
            f"{names} answered like this, too, though a later version did not. Mark the answers "
            "below if the texts alone mislead."
        )
    if found.silent:
        said.append(f"{_names(found.silent)} did not answer, so it may have begun there.")
    if found.is_unrepeatable:
        said.append(
            f"Version {bad_version} itself answers differently today: its answers to this question "
            "are not always the same."
        )
    return said


def _names(versions: tuple[str, ...]) -> str:
    return f"Version{'' if len(versions) == 1 else 's'} {', '.join(versions)}"


def _begin(session: Session, endpoint: str, request_id: str) -> None:
    try:
        with st.spinner("Putting it on record …"):
            job = session.services.bisections.begin(session.viewer, endpoint, request_id)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    replay_link.go_to_job(job.id)
    st.rerun()


def _offer_list(endpoint: str) -> None:
    st.button(
        "All replays",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_replays",
        on_click=replay_link.go_to_list,
        args=(endpoint,),
    )


def _draw_former(former: FormerRequest) -> None:
    st.subheader("Which version began this?", anchor=False)
    with st.container(border=True, gap="small", key="bisect_former"):
        replay_card.draw_question(former)
        for verdict in former.verdicts:
            replay_card.draw_verdict(verdict)
        when = f", {times.short(former.asked_at)}" if former.asked_at else ""
        st.caption(f"Version {escaped(former.version)} answered{when}")
        replay_card.draw_text(former.answer, "bisect_former")


def _draw_tried(session: Session, found: Bisection, tried: Tried) -> None:
    with st.container(border=True, gap="small", key=f"tried_{tried.served_name}"):
        is_bad = found.pointed.is_bad.get(tried.version) if found.pointed else None
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**Version {escaped(tried.version)}**", width="content")
            if is_bad is not None:
                word = "Answers like this" if is_bad else "Does not answer like this"
                st.badge(word, color="red" if is_bad else "green")
            if not tried.error:
                st.caption(f"{tried.likeness:.0%} of the words in common", width="content")
        if tried.error:
            st.markdown(f":red[:material/error:] {escaped(tried.error)}")
            return
        replay_card.draw_text(tried.answer, f"tried_{tried.served_name}")
        if tried.likeness < 1:
            with st.expander("What is different", type="compact", key=f"diff_{tried.served_name}"):
                text_changes.draw(found.former.answer, tried.answer)
        _offer_mark(session, found, tried)


def _offer_mark(session: Session, found: Bisection, tried: Tried) -> None:
    """Let a person say what the text alone does not; it is an ordinary verdict on the answer."""
    own = (found.own or {}).get(tried.request_id)
    entry = Entry(
        found.former.question,
        key=f"tried_{tried.request_id}",
        answer=Answer(tried.answer, tried.request_id),
        judgement=Judgement(own, is_saved=True) if own else None,
    )
    judge = Judge(session.services.feedback, session.viewer, found.job.endpoint)
    key = f"mark_{entry.key}"
    st.segmented_control(
        "How is this answer?",
        list(_MARKS),
        default=own.thumb if own and own.thumb in _MARKS else None,
        format_func=_MARKS.__getitem__,
        key=key,
        on_change=partial(_save, entry, judge, key),
    )
    problem: ReviewAppError | None = st.session_state.get(f"{key}_problem")
    if problem:
        st.markdown(f":red[:material/error:] Not saved. {escaped(problem.sentence)}")


def _save(entry: Entry, judge: Judge, key: str) -> None:
    judge.save(entry, thumb=st.session_state[key])
    st.session_state[f"{key}_problem"] = entry.judgement.problem if entry.judgement else None
