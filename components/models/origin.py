"""Where a version comes from: the run and experiment it was logged in, and what it was copied of.

MLflow's own pages are opened from here. Where the workspace lets each browser in by a link that
works once, that link is made when it is asked for.
"""

from collections.abc import Callable

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.links import RegistryLinks
from backend.registry.record import (
    PROMOTED_AT,
    PROMOTED_BECAUSE,
    PROMOTED_BY,
    PROMOTED_FROM,
    Origin,
    Version,
)
from components.models import words as model_words
from components.plain_text import escaped
from components.session import Session


def draw(session: Session, version: Version) -> None:
    """Draw where it was logged, with links, and what it was promoted from."""
    origin = session.services.registry.origin(session.viewer, version)
    st.markdown(_logged_in(origin))
    _draw_promotion(version)
    _offer(session, f"{version.model}_{version.number}", _places(version, origin))


def offer_model_in_mlflow(session: Session, name: str) -> None:
    """Offer MLflow's own page of a model."""
    _offer(session, name, {"the model": lambda links: links.model(name)})


def _logged_in(origin: Origin) -> str:
    experiment = f"the experiment **{escaped(origin.experiment)}**" if origin.experiment else ""
    if origin.run_id:
        run = f"the run **{escaped(origin.run_name or origin.run_id)}**"
        return f"Logged in {run}{experiment and f' of {experiment}'}."
    return f"Logged in {experiment}." if experiment else "The run it was logged in is unknown."


def _draw_promotion(version: Version) -> None:
    model, _, number = version.tags.get(PROMOTED_FROM, "").rpartition("/")
    if not model:
        return
    by = escaped(version.tags.get(PROMOTED_BY, "") or "nobody known")
    at = escaped(version.tags.get(PROMOTED_AT, ""))
    st.markdown(f"Promoted from {escaped(model)} version {escaped(number)} by {by}, {at}.")
    if reason := version.tags.get(PROMOTED_BECAUSE):
        st.text(reason)
    model_words.link_to_version(model, number, f"Look at {model} version {number}")


def _places(version: Version, origin: Origin) -> dict[str, Callable[[RegistryLinks], str]]:
    places: dict[str, Callable[[RegistryLinks], str]] = {
        "the version": lambda links: links.version(version.model, version.number)
    }
    if origin.run_id and origin.experiment_id:
        places["the run"] = lambda links: links.run(origin.experiment_id, origin.run_id)
    if origin.experiment_id:
        places["the experiment"] = lambda links: links.experiment(origin.experiment_id)
    return places


def _offer(session: Session, key: str, places: dict[str, Callable[[RegistryLinks], str]]) -> None:
    registry = session.services.registry
    links = registry.links
    if not links.exist:
        return
    with st.container(horizontal=True, gap="small"):
        if not links.need_opening:
            for name, address in places.items():
                _draw_link(name, address(links))
        elif st.button("Open in MLflow", icon=":material/open_in_new:", key=f"mlflow_{key}"):
            for name, address in places.items():
                try:
                    _draw_link(name, address(registry.opened_links(session.viewer)))
                except ReviewAppError as problem:
                    st.caption(f"MLflow cannot be opened now. {escaped(problem.sentence)}")
                    return


def _draw_link(name: str, address: str) -> None:
    st.link_button(f"MLflow: {name}", address, icon=":material/open_in_new:", type="tertiary")
