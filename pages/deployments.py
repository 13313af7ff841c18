"""What endpoints serve: look, deploy, divide, roll back, end; and who changed it when and why."""

import streamlit as st

from backend.identity import Role
from backend.serving.endpoints import Endpoint
from components import states
from components.chat import endpoint_card
from components.deployments import (
    deploy_form,
    deployment_address,
    endpoint_list,
    endpoint_releases,
    endpoint_versions,
    guard_rails,
)
from components.plain_text import escaped
from components.releases import story as release_story
from components.session import Session, require

VIEWS = {
    "versions": ("Versions", endpoint_versions.draw),
    "releases": ("Releases", endpoint_releases.draw),
    "guards": ("Guard rails", guard_rails.draw),
}


def _draw_all(session: Session, found: list[Endpoint]) -> None:
    st.button(
        "Deploy a version",
        icon=":material/rocket_launch:",
        key="deploy_anywhere",
        on_click=deployment_address.go,
        kwargs={"view": deployment_address.DEPLOYING},
    )
    if found:
        endpoint_list.draw(session, found)
    else:
        states.empty(
            "Nothing is deployed yet",
            "Deploy a registered version, here or with backend.agents.deploy, and it appears here.",
        )


def _draw_one(session: Session, endpoint: Endpoint) -> None:
    st.button(
        "All endpoints",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_endpoints",
        on_click=deployment_address.go,
    )
    st.subheader(escaped(endpoint_card.title_of(endpoint)), anchor=False)
    _, draw = VIEWS[_view()]
    draw(session, endpoint.name)


def _view() -> str:
    """Let the person choose a view; the address names it."""
    named = deployment_address.view()
    chosen = st.segmented_control(
        "View",
        list(VIEWS),
        default=named if named in VIEWS else "versions",
        required=True,
        format_func=lambda each: VIEWS[each][0],
        label_visibility="collapsed",
        key=f"deployments_view_{deployment_address.endpoint()}",
    )
    view = chosen or "versions"
    st.query_params[deployment_address.VIEW] = view
    return view


session = require(Role.ADMIN)
st.title("Deployments", anchor=False)
named, release = deployment_address.endpoint(), deployment_address.release()
if release:
    release_story.draw(session, release)
else:
    found = session.services.endpoints.usable()
    one = next((each for each in found if each.name == named), None)
    if deployment_address.is_deploying():
        deploy_form.draw(session, found)
    elif one:
        _draw_one(session, one)
    else:
        if named:
            st.caption(f"There is no endpoint {escaped(named)}, or none for you.")
        _draw_all(session, found)
