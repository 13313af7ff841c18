"""What a version that has come up says to its own input example, before anybody else asks it."""

import contextlib
import time
from datetime import UTC, datetime, timedelta

import streamlit as st

from backend.errors import ReviewAppError, Unavailable, Unreachable
from backend.releases.record import Release
from backend.releases.stories import Story
from backend.releases.trial import Trial
from components import states, times
from components.deployments import served_versions
from components.plain_text import escaped
from components.session import Session

JUST_NOW = timedelta(minutes=30)
# A workspace that has just come back, with the version, may be away for another moment.
PAUSES_SECONDS = (1.0, 2.0)
_PASSING = (Unreachable, Unavailable)
_TRIED = "tried_releases"


def draw(session: Session, story: Story) -> Trial | None:
    """Draw the trial, after making it if nobody has, or why it could not be made; return it."""
    tried: dict[str, Trial | ReviewAppError] = st.session_state.setdefault(_TRIED, {})
    is_due = story.release.trial is None and story.may_change and _is_fresh(story.release)
    if is_due and story.release.id not in tried:
        tried[story.release.id] = _try(session, story)
    found = tried.get(story.release.id)
    trial = found if isinstance(found, Trial) else story.release.trial
    with st.container(border=True, gap="small", key=f"trial_{story.release.id}"):
        st.markdown("**Its own input example**")
        if trial:
            _draw_trial(trial)
        if isinstance(found, ReviewAppError):
            states.refused(found)
        elif not trial:
            st.caption("It has not been asked yet.")
        again = story.may_change and st.button(
            "Ask it again" if trial else "Ask it",
            icon=":material/refresh:",
            key=f"try_{story.release.id}",
        )
    if again:
        tried[story.release.id] = _try(session, story)
        st.rerun()
    return trial


def _is_fresh(release: Release) -> bool:
    """Tell whether it just came up: nobody wants to ask something by reading of what was."""
    decided = release.decided_at
    return decided is not None and datetime.now(UTC) - decided < JUST_NOW


def _draw_trial(trial: Trial) -> None:
    if trial.question:
        st.caption("Asked")
        st.text(trial.question)
    if trial.problem:
        st.markdown(f":red[:material/error:] {escaped(trial.problem)}")
    else:
        st.caption(f"Answered in {served_versions.seconds(trial.seconds * 1000)}")
        st.text(trial.answer)
    st.caption(f"By {escaped(trial.by)}, {times.short(trial.at)}.")


def _try(session: Session, story: Story) -> Trial | ReviewAppError:
    def ask() -> Trial:
        return session.services.deploying.try_out(session.viewer, story.release)

    with st.spinner("Asking it its own input example …"):
        try:
            for pause in PAUSES_SECONDS:
                with contextlib.suppress(*_PASSING):
                    return ask()
                time.sleep(pause)
            return ask()
        except ReviewAppError as problem:
            return problem
