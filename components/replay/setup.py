"""What is to be asked again, and of which version: chosen here, begun with one click."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from backend.errors import ReviewAppError
from backend.long_work.record import Job
from backend.replay.record import MOST, Said, Wanted
from backend.serving.endpoints import Endpoint, ServedVersion
from components import states
from components.deployments import deployment_address
from components.plain_text import escaped
from components.replay import link as replay_link
from components.session import Session

_SAID = {
    Said.DOWN: "Called wrong",
    Said.UP: "Called right",
    Said.NOTHING: "Not judged",
    Said.ANYTHING: "All",
}
_SINCE = {
    "Any time": None,
    "Last 24 hours": timedelta(days=1),
    "Last 7 days": timedelta(days=7),
    "Last 30 days": timedelta(days=30),
}
_EVERY_VERSION = ""


def draw(session: Session, endpoint: Endpoint) -> None:
    """Draw the choice; without a version that could be asked, say how to get one."""
    candidates = [each for each in endpoint.served if not each.problem]
    if not candidates:
        st.markdown("This endpoint serves no version that could be asked.")
        _offer_to_prepare(endpoint)
        return
    with st.container(border=True, gap="small", key="replay_setup"):
        candidate = _choose_candidate(endpoint, candidates)
        wanted = _choose_wanted(endpoint)
        is_shared = st.checkbox(
            "Reviewers of this chain who have the link may judge the new answers",
            key="replay_shared",
            help="They then see these questions, the answers and the thumbs, whoever asked. "
            "Names and comments of others stay hidden from them.",
        )
        _offer(session, endpoint, candidate, wanted, is_shared)


def _choose_candidate(endpoint: Endpoint, candidates: list[ServedVersion]) -> ServedVersion:
    """Suggest the newest version: it is the one somebody is about to deploy."""
    ordered = sorted(candidates, key=_number, reverse=True)
    named = st.query_params.get(replay_link.CANDIDATE)
    names = [each.name for each in ordered]
    chosen = st.selectbox(
        "Ask this version",
        ordered,
        index=names.index(named) if named in names else 0,
        format_func=_label,
        key=f"replay_candidate_{endpoint.name}",
    )
    if named and named not in names:
        st.markdown(
            "The version of this link is not on the endpoint. Prepare it at 0 % first: nobody is "
            "answered by it then, and it can be asked."
        )
    _offer_to_prepare(endpoint)
    return chosen


def _offer_to_prepare(endpoint: Endpoint) -> None:
    st.page_link(
        deployment_address.PAGE,
        label="Prepare another version",
        icon=":material/rocket_launch:",
        query_params={
            deployment_address.ENDPOINT: endpoint.name,
            deployment_address.VIEW: deployment_address.DEPLOYING,
        },
    )


def _choose_wanted(endpoint: Endpoint) -> Wanted:
    said = st.segmented_control(
        "Which answers",
        list(_SAID),
        default=Said.DOWN,
        required=True,
        format_func=_SAID.__getitem__,
        key="replay_said",
    )
    versions = sorted({each.version for each in endpoint.served}, key=lambda v: (len(v), v))
    with st.container(horizontal=True, gap="small", key="replay_filters"):
        version = st.selectbox(
            "Answered by",
            [_EVERY_VERSION, *versions],
            format_func=lambda each: f"Version {each}" if each else "Every version",
            key=f"replay_version_{endpoint.name}",
        )
        since = st.selectbox("Asked", list(_SINCE), key="replay_since")
        most = st.number_input("At most", 1, MOST, min(MOST, 50), key="replay_most")
    text = st.text_input(
        "Words in the question or the answer", key="replay_text", placeholder="Any"
    )
    with_comment = st.checkbox("Only with a comment", key="replay_with_comment")
    age = _SINCE[since]
    return Wanted(
        said=said,
        version=version,
        with_comment=with_comment,
        since=datetime.now(UTC) - age if age else None,
        text=text,
        most=int(most),
    )


def _offer(
    session: Session, endpoint: Endpoint, candidate: ServedVersion, wanted: Wanted, is_shared: bool
) -> None:
    """Say how many there are, and begin at the click."""
    replays = session.services.replays
    try:
        count = replays.count(session.viewer, endpoint.name, wanted)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
        return
    st.markdown(_in_words(count, wanted))
    label = f"Ask version {escaped(candidate.version)} again"
    if not st.button(label, icon=":material/replay:", disabled=not count, key="replay_begin"):
        return
    try:
        with st.spinner("Putting it on record …"):
            job: Job = replays.begin(
                session.viewer, endpoint.name, candidate.name, wanted, is_shared=is_shared
            )
    except ReviewAppError as problem:
        states.refused(problem)
        return
    replay_link.go_to_job(job.id)
    st.rerun()


def _in_words(count: int, wanted: Wanted) -> str:
    if not count:
        return "No answer on record is like this."
    answers = f"**{count:,} answer{'' if count == 1 else 's'}** on record "
    answers += "is like this." if count == 1 else "are like this."
    return answers + (f" The newest {wanted.most} are asked again." if count > wanted.most else "")


def _label(version: ServedVersion) -> str:
    share = version.traffic_percentage
    return f"Version {version.version}, {f'answers {share} %' if share else 'answers nobody yet'}"


def _number(version: ServedVersion) -> int:
    return int(version.version) if version.version.isdecimal() else 0
