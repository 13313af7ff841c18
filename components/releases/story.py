"""One release from its request to its end, for whoever opens its address, followed till then."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.releases.record import Kind, Outcome, Release
from backend.releases.stories import Story
from backend.serving.version_states import VersionState
from components import states, times
from components.deployments import deploy_plan, deployment_address, served_versions
from components.plain_text import escaped
from components.releases import answers as release_answers
from components.releases import timeline as release_timeline
from components.releases import trial as release_trial
from components.session import Session

POLL_SECONDS = 1.0
_WORDS = {
    "creating": "is being prepared",
    "ready": "is ready",
    "recovering": "is coming back after a crash",
    "failed": "could not be started",
    "aborted": "was given up",
}


def draw(session: Session, release_id: str) -> None:
    """Draw the story; while it is under way, again and again."""
    st.button(
        "To the endpoint",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=deployment_address.go,
        kwargs={"endpoint": deployment_address.endpoint()},
    )
    story = session.services.release_stories.tell(session.viewer, release_id)
    st.caption(f"Endpoint {escaped(story.release.endpoint)}")
    if story.is_under_way:
        st.fragment(_follow, run_every=POLL_SECONDS)(session, release_id)
        return
    release_timeline.draw_release(story.release, is_alone=True)
    _say_end(story)
    if story.exists:
        # Nobody has asked yet what has only been prepared.
        if story.release.kind is not Kind.PREPARE:
            release_answers.draw(session, story.release)
        _go_on(session, story)
    _draw_logs(session, story)


def _follow(session: Session, release_id: str) -> None:
    try:
        story = session.services.release_stories.tell(session.viewer, release_id)
    except ReviewAppError as problem:
        # What is away comes back; the next look is in a second.
        st.caption(f"How far it is cannot be told now. {escaped(problem.sentence)}")
        return
    if not story.is_under_way:
        st.rerun(scope="app")
    release_timeline.draw_release(story.release, is_alone=True)
    st.markdown(f":material/sync: For {times.lasting(story.release.requested_at)} so far.")
    for state in story.versions:
        _draw_state(state)
    if story.release.live_before:
        st.caption(f"Until it is done, {_who_answers(story.release)} as before.")
    if story.may_change:
        _offer_to_call_off(session, story.release)
    _draw_logs(session, story)


def _draw_state(state: VersionState) -> None:
    said = _WORDS.get(state.word, "waits")
    message = f": {escaped(state.message)}" if state.message and state.word != "failed" else "."
    st.markdown(f"Version {escaped(state.version)} {said}{message}")


def _offer_to_call_off(session: Session, release: Release) -> None:
    if release.canceled_by:
        st.caption(
            "It was called off. This workspace cannot stop a change under way: the version gets "
            "no questions, and is taken off as soon as it is up."
        )
        return
    if not st.button("Cancel", icon=":material/close:", key=f"call_off_{release.id}"):
        return
    try:
        session.services.release_stories.call_off(session.viewer, release)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.rerun(scope="app")


def _say_end(story: Story) -> None:
    release = story.release
    if release.outcome is Outcome.FAILED:
        st.markdown(f":red[:material/error:] It failed, and nothing was changed.{_still(release)}")
    elif release.outcome is Outcome.CANCELED:
        by = f" by {escaped(release.canceled_by)}" if release.canceled_by else ""
        st.markdown(f":material/stop_circle: It was cancelled{by}.{_still(release)}")
    elif release.canceled_by and not story.is_served:
        st.markdown(
            f"It was cancelled by {escaped(release.canceled_by)} and has been taken off again."
        )
    if release.decided_at and release.outcome is not Outcome.UNKNOWN:
        seconds = (release.decided_at - release.requested_at).total_seconds()
        took = times.lasting(release.requested_at, release.decided_at)
        st.caption(f"It took {took if seconds >= 1 else 'less than a second'}.")


def _still(release: Release) -> str:
    """Return the next sentence: who answers all the time."""
    if not release.live_before:
        return ""
    said = _who_answers(release)
    return f" {said[:1].upper()}{said[1:]} as before."


def _who_answers(release: Release) -> str:
    verb = "answers" if len(release.live_before) == 1 else "answer"
    return f"{served_versions.in_words(release.before)} {verb}"


def _draw_logs(session: Session, story: Story) -> None:
    """Draw what the new version prints, for who wants to see it: reading it costs two calls."""
    share = story.release.added
    if share is None or not story.may_change or not story.versions:
        return
    if not st.toggle("Show what it prints", key=f"logs_{story.release.id}"):
        return
    logs = session.services.release_stories.logs(story.release.endpoint, share.name)
    for title, text in (("Coming up", logs.build), ("Since then", logs.server)):
        st.caption(title)
        st.code(text or "Nothing yet.", language=None, wrap_lines=True, height=240)


def _go_on(session: Session, story: Story) -> None:
    """Try what came up, and draw what may happen with it next."""
    release = story.release
    new = release.added
    is_prepared = release.kind is Kind.PREPARE
    is_first = release.kind is Kind.DEPLOY and not release.before
    if not (is_prepared or is_first) or release.outcome is not Outcome.LIVE:
        return
    if new is None or not story.is_served:
        return
    trial = release_trial.draw(session, story)
    now = session.services.deployments.look(release.endpoint)
    share = next((each for each in now.served if each.name == new.name), None)
    if share is None or not story.may_change:
        return
    if share.percentage:
        st.markdown(
            f"Version {escaped(share.version)} answers {share.percentage} % of the questions."
        )
    elif now.is_updating:
        st.info("Something else is being changed on this endpoint now.", icon=":material/sync:")
    else:
        deploy_plan.draw(session, now, share, trial)
