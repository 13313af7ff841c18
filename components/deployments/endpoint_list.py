"""The endpoints at a glance: whether each answers, with what, how busy it is, and who may ask."""

import streamlit as st

from backend.deploying.endpoint_overview import EndpointFigures
from backend.errors import ReviewAppError
from backend.serving.endpoints import Endpoint
from components.chat import endpoint_card
from components.deployments import deployment_address
from components.plain_text import escaped
from components.releases import export as release_export
from components.session import Session


def draw(session: Session, found: list[Endpoint]) -> None:
    """Draw one row for each; its name leads to it."""
    figures = _figures(session, [each.name for each in found])
    for endpoint in found:
        _draw_row(endpoint, figures.get(endpoint.name, EndpointFigures()))
    release_export.draw(session)


def _draw_row(endpoint: Endpoint, figures: EndpointFigures) -> None:
    with st.container(border=True, gap="xsmall", key=f"endpoint_row_{endpoint.name}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                escaped(endpoint_card.title_of(endpoint)),
                key=f"open_{endpoint.name}",
                on_click=deployment_address.go,
                kwargs={"endpoint": endpoint.name},
            )
            endpoint_card.draw_badge(endpoint.readiness)
            for version in endpoint_card.versions(endpoint.live):
                st.badge(version, color="gray")
        st.caption(escaped(endpoint.name))
        if said := endpoint_card.condition(endpoint):
            st.markdown(escaped(said))
        st.markdown(f"{_busy(figures)} {_who(figures)}")
        st.page_link(
            "../pages/access.py",
            label="Who may ask it",
            icon=":material/key:",
            query_params={"endpoint": endpoint.name},
        )


def _busy(figures: EndpointFigures) -> str:
    if figures.requests is None:
        return "How much it was asked is not on record."
    if not figures.requests:
        return "Nobody has asked it in the last hour."
    questions = f"{figures.requests:,} question{'s' if figures.requests != 1 else ''}"
    failed = f"{figures.errors:,} of them failed" if figures.errors else "none failed"
    return f"{questions} in the last hour, {failed}."


def _who(figures: EndpointFigures) -> str:
    if figures.people is None or figures.groups is None:
        return ""
    people = f"{figures.people} {'person' if figures.people == 1 else 'people'}"
    groups = f"{figures.groups} group{'' if figures.groups == 1 else 's'}"
    return f"{people} and {groups} may ask it."


def _figures(session: Session, names: list[str]) -> dict[str, EndpointFigures]:
    """Return the figures; without them the list is still one of endpoints."""
    try:
        return session.services.endpoint_overview.figures(names)
    except ReviewAppError as problem:
        st.caption(f"Figures cannot be shown now. {escaped(problem.sentence)}")
        return {}
