"""Replay before deploy: what people asked, asked again; and which version began a bad answer."""

import streamlit as st

from backend.errors import NotAllowed, NotFound
from backend.identity import SEES_ALL, Role
from backend.long_work.record import JobKind
from backend.serving.endpoints import Endpoint
from components import states
from components.chat import endpoint_card
from components.replay import bisect_view
from components.replay import link as replay_link
from components.replay import list as replay_list
from components.replay import setup as replay_setup
from components.replay import view as replay_view
from components.session import Session, require


def _draw_job(session: Session, job_id: str) -> None:
    """Draw what the address names; of a link that leads nowhere, say so."""
    try:
        if session.viewer.has_any(SEES_ALL) and _kind(session, job_id) is JobKind.BISECT:
            bisect_view.draw(session, job_id)
        else:
            replay_view.draw(session, job_id)
    except (NotAllowed, NotFound) as problem:
        states.error(problem)


def _kind(session: Session, job_id: str) -> JobKind:
    return session.services.long_work.read(session.viewer, job_id).kind


def _choose(found: list[Endpoint]) -> Endpoint:
    """Let the person choose; the address names the endpoint."""
    names = [each.name for each in found]
    named = st.query_params.get(replay_link.ENDPOINT)
    chosen = st.selectbox(
        "Endpoint",
        found,
        index=names.index(named) if named in names else 0,
        format_func=endpoint_card.title_of,
        key="replay_endpoint",
    )
    st.query_params[replay_link.ENDPOINT] = chosen.name
    return chosen


def _draw_list(session: Session, endpoint: Endpoint) -> None:
    if session.viewer.has_any((Role.ADMIN,)):
        replay_setup.draw(session, endpoint)
    work = session.services.long_work
    jobs = [
        job
        for kind in (JobKind.REPLAY, JobKind.BISECT)
        for job in work.latest(session.viewer, endpoint.name, kind)
    ]
    jobs.sort(key=lambda job: job.asked_at, reverse=True)
    replay_list.draw(jobs, {each.name: each.version for each in endpoint.served})


def _draw(session: Session) -> None:
    if replay_link.job():
        _draw_job(session, replay_link.job())
        return
    if not session.viewer.has_any(SEES_ALL):
        states.empty("This page needs a link", "Open the link to a replay that you were given.")
        return
    endpoints = session.services.endpoints.usable()
    if not endpoints:
        states.empty(
            "Nothing is deployed yet", "What people ask a deployed chain can be replayed here."
        )
        return
    endpoint = _choose(endpoints)
    if not replay_link.request():
        _draw_list(session, endpoint)
        return
    try:
        bisect_view.draw_question(session, endpoint.name, replay_link.request())
    except NotFound as problem:
        states.error(problem)


session = require(Role.ADMIN, Role.ANALYST, Role.REVIEWER)
st.title("Replay", anchor=False)
_draw(session)
