"""What will happen with a version that has come up: its share, in words, a reason, and go."""

import streamlit as st

from backend.deploying import traffic_steps
from backend.deploying.deployments import EndpointNow
from backend.releases.record import Share
from backend.releases.trial import Trial
from components import reason_form
from components.deployments import deploy_obstacle, deployment_address, served_versions
from components.plain_text import escaped
from components.replay import summary as replay_summary
from components.session import Session

_LABELS = {5: "5 % first", 25: "25 % first", traffic_steps.WHOLE: "All of them"}


def draw(session: Session, now: EndpointNow, new: Share, trial: Trial | None) -> None:
    """Draw the choice and the plan; whoever confirms it is led to the endpoint."""
    st.subheader("What happens next", anchor=False)
    step = st.segmented_control(
        f"Which share of the questions does version {escaped(new.version)} get?",
        traffic_steps.STEPS,
        default=traffic_steps.WHOLE,
        format_func=lambda each: _LABELS[each],
        key="deploy_share",
    )
    shares = traffic_steps.with_share(now.served, new.name, step or traffic_steps.WHOLE)
    st.markdown(served_versions.plan_in_words(now.served, shares))
    replay_summary.draw(session, now.name, new.name)
    is_held_back = deploy_obstacle.say(session, now.name, shares)
    is_sure = trial is not None and trial.has_passed
    if not is_sure:
        is_sure = st.checkbox(
            "Deploy it although it has not answered its own input example", key="deploy_anyway"
        )

    def deploy(reason: str) -> object:
        return session.services.deployments.deploy(session.viewer, now.name, shares, reason)

    if reason_form.draw("deploy", "Deploy like this", deploy, disabled=is_held_back or not is_sure):
        deployment_address.go(endpoint=now.name)
        st.rerun()
