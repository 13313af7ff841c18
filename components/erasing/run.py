"""One erasure on the page: what there is, the last question, the steps, the outcome."""

from collections.abc import Iterator
from typing import TypeVar

import streamlit as st

from backend.erasure.erasures import REFERENCE_CHARACTERS, Plan, Progress
from backend.erasure.protocol import Erasure
from components.erasing import parts as erasure_parts
from components.plain_text import escaped
from components.session import Session

# What was asked before would stay there in grey for as long as the steps go on.
_STYLE = "<style>.st-key-erasure_question { display: none; }</style>"
_PLAN, _RUNNING, _DONE = "erasure_plan", "erasure_running", "erasure_done"
T = TypeVar("T", Plan, Erasure)


def is_running() -> bool:
    """Tell whether an erasure is to be carried out in this run of the page."""
    return _RUNNING in st.session_state


def draw(session: Session, person: str) -> None:
    """Show where this person's erasure stands."""
    with st.container(key="erasure"):
        _draw(session, person)


def _draw(session: Session, person: str) -> None:
    done: Erasure | None = st.session_state.get(_DONE)
    if reference := st.session_state.pop(_RUNNING, None):
        _run(session, person, reference)
    elif done and done.is_of(person):
        _say_outcome(done)
        erasure_parts.draw(done.parts)
        erasure_parts.offer(done, "done")
        st.button("Look again", icon=":material/refresh:", on_click=_forget)
    else:
        _plan(session, person)


def _plan(session: Session, person: str) -> None:
    plan: Plan | None = st.session_state.get(_PLAN)
    if plan is None or plan.person != person:
        plan = _followed(session.services.erasures.plan(session.viewer, person))
        st.session_state[_PLAN] = plan
    st.subheader("What there is", anchor=False)
    erasure_parts.draw_plan(plan.parts)
    if not plan.found:
        st.markdown(
            f"Nothing of **{escaped(person)}** is on record. You can erase all the same: it cleans "
            "up behind an erasure that was stopped, and leaves a protocol."
        )
    with st.container(key="erasure_question"):
        st.button("Count again", icon=":material/refresh:", on_click=_forget, type="tertiary")
        _ask(person)


def _ask(person: str) -> None:
    """Let the admin say it twice; a form, so that the return key is enough."""
    st.subheader("Erase", anchor=False)
    st.markdown(
        "If they can still sign in, take away their access first: what they ask while they are "
        "being erased stays."
    )
    with st.form("erasure", border=True):
        reference = st.text_input(
            "On whose request",
            max_chars=REFERENCE_CHARACTERS,
            placeholder="Letter of 3 March, case 4711",
            help="Kept in the protocol for good, so write no name here.",
        )
        typed = st.text_input("User name, once more, to confirm", autocomplete="off")
        if st.form_submit_button("Erase for good", icon=":material/delete_forever:"):
            _confirm(person, reference.strip(), typed.strip())


def _confirm(person: str, reference: str, typed: str) -> None:
    if not reference:
        st.error("Say on whose request this is done. Nothing was erased.")
    elif typed.lower() != person.lower():
        st.error("The user name is not the one chosen above. Nothing was erased.")
    else:
        st.session_state[_RUNNING] = reference
        st.rerun()


def _run(session: Session, person: str, reference: str) -> None:
    """Carry it out in this run: whatever ends the run ends the erasure between two steps."""
    st.subheader(f"Erasing {escaped(person)}", anchor=False)
    st.html(_STYLE)
    st.button("Stop after this step", icon=":material/stop_circle:", on_click=_forget)
    st.caption("Stay on this page. An erasure that was stopped is finished by another one.")
    steps = session.services.erasures.erase(session.viewer, person, reference)
    st.session_state[_DONE] = _followed(steps)
    st.session_state.pop(_PLAN, None)
    st.rerun()


def _followed(steps: Iterator[Progress | T]) -> T:
    """Show the steps as they come and return what they lead to."""
    bar = st.progress(0.0, "Beginning")
    for step in steps:
        if not isinstance(step, Progress):
            bar.empty()
            return step
        share = step.done / step.total if step.total else 0.0
        bar.progress(share, f"{escaped(step.doing)} ({step.done + 1} of {step.total})")
    raise AssertionError  # never reached: the last thing that comes is no step


def _say_outcome(erasure: Erasure) -> None:
    st.subheader("What was done", anchor=False)
    erasure_parts.say(erasure)


def _forget() -> None:
    for key in (_PLAN, _DONE):
        st.session_state.pop(key, None)
