"""One replay: how far it is, what came of it in a sentence, and then answer by answer."""

from enum import StrEnum

import streamlit as st

from backend.identity import SEES_ALL
from backend.long_work.record import JobState
from backend.replay.record import NewAnswer
from backend.replay.replays import Replay
from backend.serving.reviewer_guide import ReviewerGuide
from components import job_progress, times
from components.chat import chain_chooser
from components.plain_text import escaped
from components.replay import card as replay_card
from components.replay import link as replay_link
from components.replay import state as replay_state
from components.replay.state import Opened
from components.session import Session
from components.verdicts.judging import Judge

PAGE = 10
_SHOWN = "replay_answers_shown"

_STYLE = """<style>
[class*="st-key-replay_"] [data-testid="stMarkdown"] { overflow-wrap: anywhere; }
</style>"""


class Shown(StrEnum):
    """Which of the answers are listed."""

    ALL = "All"
    CHANGED = "Changed"
    OPEN = "Not judged by you"
    FAILED = "Not answered"


def draw(session: Session, job_id: str) -> None:
    """Draw the replay of this id."""
    found = replay_state.opened(session, job_id)
    _draw_head(session, found.replay)
    if found.replay.job.state is not JobState.DONE:
        _draw_progress(session, found.replay)
        return
    st.markdown(f"**{escaped(found.summary.sentence)}**")
    _draw_answers(session, found)


def _draw_head(session: Session, replay: Replay) -> None:
    job = replay.job
    if session.viewer.has_any(SEES_ALL):
        st.button(
            "All replays",
            icon=":material/arrow_back:",
            type="tertiary",
            key="all_replays",
            on_click=replay_link.go_to_list,
            args=(job.endpoint,),
        )
    st.subheader(f"Version {escaped(replay.version)} asked again", anchor=False)
    who = f" by {escaped(job.by)}" if session.viewer.has_any(SEES_ALL) else ""
    shared = " Reviewers who have the link may judge." if replay.is_shared else ""
    st.caption(f"{escaped(job.endpoint)} · asked for{who}, {times.short(job.asked_at)}.{shared}")


def _draw_progress(session: Session, replay: Replay) -> None:
    if session.viewer.has_any(SEES_ALL):
        job_progress.draw(session, replay.job)
    elif replay.job.is_over:
        st.markdown("This replay was not finished, so there is nothing to judge.")
    else:
        st.markdown("The questions are still being asked. Look again in a while.")
        st.button("Look again", icon=":material/refresh:")


def _draw_answers(session: Session, found: Opened) -> None:
    st.html(_STYLE)
    kind = st.segmented_control(
        "Which answers",
        list(Shown),
        default=Shown.ALL,
        required=True,
        key="replay_shown",
        on_change=_from_the_start,
        label_visibility="collapsed",
    )
    listed = [each for each in found.replay.answers if _is_kind(found, each, kind)]
    on_page = listed[: _shown()]
    with st.spinner("Reading what was asked …"):
        replay_state.read_former(session, found, on_page)
    judge = _judge(session, found.replay.job.endpoint)
    for answer in on_page:
        replay_card.draw(session, found, answer, judge, found.replay.version)
    if not listed:
        st.caption("No answer is like this.")
    if more := len(listed) - len(on_page):
        st.button(
            f"Show {min(more, PAGE)} more of {more}",
            icon=":material/expand_more:",
            key="replay_more",
            on_click=_show_more,
        )


def _judge(session: Session, endpoint: str) -> Judge:
    chains = chain_chooser.chains(session)
    guide = next((each.guide for each in chains if each.name == endpoint), ReviewerGuide())
    services = session.services
    return Judge(services.feedback, session.viewer, endpoint, guide, services.label_schemas)


def _is_kind(found: Opened, answer: NewAnswer, kind: Shown) -> bool:
    match kind:
        case Shown.CHANGED:
            return answer.is_changed
        case Shown.OPEN:
            return answer.has_come and not found.is_judged(answer)
        case Shown.FAILED:
            return not answer.has_come
        case Shown.ALL:
            return True


def _shown() -> int:
    return int(st.session_state.get(_SHOWN, PAGE))


def _from_the_start() -> None:
    st.session_state.pop(_SHOWN, None)


def _show_more() -> None:
    st.session_state[_SHOWN] = _shown() + PAGE
