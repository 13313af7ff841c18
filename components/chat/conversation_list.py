"""The sidebar's list of what one has talked about: search, open, rename, remove."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from backend.conversations.conversations import ConversationSummary, MyConversations
from backend.errors import ReviewAppError
from components import frame, times
from components.chat import chat_state, conversation_link
from components.chat.chat_state import Chat
from components.plain_text import escaped
from components.session import Session

# Few read further; the others ask for more, or search.
SHOWN, ALL = 15, 100
# Asking takes a search in MLflow, which is too much for every click; other tabs change it, too.
FRESH_SECONDS = 300
# How long what somebody could not tell is left alone.
RETRY_SECONDS = 30
PATIENCE_SECONDS = 0.5
POLL_SECONDS = 0.5
_KEY, _ASKING = "conversations", "asking_conversations"
_ALL = "all_conversations_shown"
_REMOVED, _PROBLEM = "removed_conversation", "conversation_problem"
# Names of conversations are a list to read, not a row of buttons.
_STYLE = """<style>
.st-key-conversations button[kind=tertiary] { min-height: 1.9rem; padding-block: 0.2rem; }
</style>"""
_POOL = ThreadPoolExecutor(max_workers=8, thread_name_prefix="conversations")


@dataclass(frozen=True)
class _Known:
    """What was read, when and for whom; `finished` tells whether something was asked since."""

    mine: MyConversations | ReviewAppError
    token: str
    finished: int
    read_at: float

    def is_fresh(self, token: str) -> bool:
        is_whole = isinstance(self.mine, MyConversations) and self.mine.missing is None
        seconds = FRESH_SECONDS if is_whole else RETRY_SECONDS
        is_young = time.monotonic() - self.read_at < seconds
        return is_young and (self.token, self.finished) == (token, chat_state.finished())


@dataclass(frozen=True)
class _Asking:
    """An answer that has not come yet, and what had been asked when it was wanted."""

    future: Future[MyConversations]
    token: str
    finished: int


def is_known(session: Session) -> bool:
    """Tell whether the list can be drawn without asking anybody."""
    known: _Known | None = st.session_state.get(_KEY)
    return known is not None and known.is_fresh(session.token)


def draw(session: Session, chat: Chat | None) -> None:
    """Draw the list, and ask for it if something has changed."""
    with frame.room(), st.container(key="conversations", gap="xsmall"):
        st.html(_STYLE)
        mine = _mine(session)
        # Polls only while somebody is being asked.
        run_every = POLL_SECONDS if mine is None else None
        st.fragment(_draw, run_every=run_every)(session, chat.id if chat else None, mine is None)


def _draw(session: Session, current: str | None, was_waiting: bool) -> None:
    st.markdown("**Your conversations**")
    mine = _mine(session)
    if mine is None:
        st.caption("Looking for them …")
        return
    if was_waiting:
        st.rerun(scope="app")
    _draw_removed(session)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.caption(f":red[:material/error:] {escaped(problem)}")
    if isinstance(mine, ReviewAppError):
        st.caption(f"They cannot be shown now. {escaped(mine.sentence)}")
        st.button("Look again", key="conversations_again", on_click=forget, type="tertiary")
        return
    if mine.missing:
        st.caption(
            ":material/cloud_off: MLflow does not answer at the moment, so names you gave and "
            "what you removed are not known here."
        )
    _draw_found(session, mine.summaries, current)


def _draw_found(
    session: Session, summaries: tuple[ConversationSummary, ...], current: str | None
) -> None:
    if not summaries:
        st.caption("What you ask will be listed here.")
        return
    search = st.text_input(
        "Search your conversations",
        key="conversation_search",
        placeholder="Search",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    found = [each for each in summaries if each.matches(search)]
    with st.container(gap=None):
        for summary in found[: _shown()]:
            _draw_row(session, summary, is_current=summary.id == current)
    if not found:
        st.caption("Nothing found.")
    elif len(found) > _shown():
        more = f"Show {len(found) - _shown()} more"
        st.button(more, key="all_conversations", type="tertiary", on_click=_show_all)


def _shown() -> int:
    return ALL if st.session_state.get(_ALL) else SHOWN


def _show_all() -> None:
    st.session_state[_ALL] = True


def _draw_row(session: Session, summary: ConversationSummary, *, is_current: bool) -> None:
    with st.container(horizontal=True, gap=None, vertical_alignment="center"):
        if st.button(
            escaped(_short(summary.title)),
            key=f"open_{summary.id}",
            type="tertiary",
            icon=":material/chat_bubble:" if is_current else None,
            help=escaped(_when(summary)),
        ):
            conversation_link.want(summary.endpoint, summary.id)
            st.rerun(scope="app")
        if is_current:
            _draw_actions(session, summary)


def _draw_actions(session: Session, summary: ConversationSummary) -> None:
    with st.popover(
        "Rename or remove", icon=":material/more_horiz:", type="tertiary", key="conversation_menu"
    ):
        with st.form(f"rename_{summary.id}", border=False):
            title = st.text_input("Name", summary.title, max_chars=120)
            if st.form_submit_button("Rename") and title.strip() != summary.title:
                rename = session.services.conversations.rename
                if _try(lambda: rename(session.viewer, summary.id, title)):
                    forget()
                st.rerun(scope="app")
        if st.button("Remove from my list", key=f"remove_{summary.id}", icon=":material/delete:"):
            _remove(session, summary)
            st.rerun(scope="app")
        st.caption("Analysts can still see what was asked and answered.")


def _remove(session: Session, summary: ConversationSummary) -> None:
    if _try(lambda: session.services.conversations.hide(session.viewer, summary.id)):
        st.session_state[_REMOVED] = summary
        chat_state.start_anew(summary.endpoint)
        conversation_link.leave()
        forget()


def _draw_removed(session: Session) -> None:
    """Offer to put back what was removed last."""
    summary: ConversationSummary | None = st.session_state.get(_REMOVED)
    if summary is None:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(f"Removed: {escaped(_short(summary.title))}", width="content")
        if st.button("Undo", key="undo_remove", type="tertiary"):
            show_again = session.services.conversations.show_again
            if _try(lambda: show_again(session.viewer, summary.id)):
                st.session_state.pop(_REMOVED)
                forget()
                conversation_link.want(summary.endpoint, summary.id)
            st.rerun(scope="app")


def _mine(session: Session) -> MyConversations | ReviewAppError | None:
    """Return what is known, or what comes within a moment; None while it is being asked for.

    In a process of its first minutes, or when MLflow is gone, it takes seconds, for which nobody
    should have to wait with a question.
    """
    known: _Known | None = st.session_state.get(_KEY)
    if known and known.is_fresh(session.token):
        return known.mine
    asking: _Asking | None = st.session_state.get(_ASKING)
    if asking is None or asking.token != session.token:
        services = session.services
        future = _POOL.submit(lambda: services.conversations.mine(session.viewer))
        asking = _Asking(future, session.token, chat_state.finished())
        st.session_state[_ASKING] = asking
    try:
        mine: MyConversations | ReviewAppError = asking.future.result(PATIENCE_SECONDS)
    except TimeoutError:
        return None
    except ReviewAppError as problem:
        mine = problem
    finally:
        if asking.future.done():
            st.session_state.pop(_ASKING, None)
    st.session_state[_KEY] = _Known(mine, session.token, asking.finished, time.monotonic())
    return mine


def forget() -> None:
    """Read the list anew when it is drawn next."""
    st.session_state.pop(_KEY, None)
    st.session_state.pop(_ASKING, None)


def _try(change: Callable[[], None]) -> bool:
    """Return whether it was done; if not, the list says why."""
    try:
        change()
    except ReviewAppError as problem:
        st.session_state[_PROBLEM] = f"Not done. {problem.sentence}"
        return False
    return True


def _short(title: str) -> str:
    return title if len(title) <= 40 else title[:39].rstrip() + "…"


def _when(summary: ConversationSummary) -> str:
    count = "1 question" if summary.turn_count == 1 else f"{summary.turn_count} questions"
    return f"{count}, last {times.short(summary.last_at)} ({times.place()})"
