"""What a version is: where it comes from, what it takes and gives, how it is configured."""

import json

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.contents import Contents, Part
from backend.registry.record import Served, Version
from components import times
from components.models import changes as model_changes
from components.models import origin as model_origin
from components.models import words as model_words
from components.plain_text import escaped
from components.session import Session


def draw(session: Session, version: Version, places: tuple[Served, ...]) -> None:
    """Draw everything that is known of it without looking into its code."""
    if version.description:
        st.text(version.description)
    model_changes.draw_tags(version.tags)
    _draw_places(places)
    if version.created_at:
        by = f", by {version.created_by}" if version.created_by else ""
        times.draw(version.created_at, f"Registered{escaped(by)} ")
    model_origin.draw(session, version)
    contents = of(session, version)
    if contents is None:
        return
    _draw_kind(contents)
    _draw_signature(contents)
    _draw_example(contents)
    _draw_config(contents)
    _draw_prompts(session, version)
    with st.expander("The MLmodel file"):
        st.code(contents.description, language="yaml", wrap_lines=True)


def of(session: Session, version: Version) -> Contents | None:
    """Return what is in the version's files, or say that they cannot be read."""
    try:
        with st.spinner("Reading the version's files …"):
            return session.services.registry.contents(session.viewer, version)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] Its files cannot be read. {escaped(problem.sentence)}")
        return None


def _draw_places(places: tuple[Served, ...]) -> None:
    if not places:
        st.markdown("No endpoint you may see serves it now.")
    for place in places:
        share = (
            f"answers {place.percentage} % of the questions"
            if place.percentage
            else "is kept, ready to return"
        )
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f"On **{escaped(place.endpoint)}** it {share}.", width="content")
            st.page_link(
                "../pages/deployments.py",
                label="Look at the endpoint",
                query_params={"endpoint": place.endpoint},
            )


def _draw_kind(contents: Contents) -> None:
    facts = [
        f"Logged with MLflow {contents.mlflow_version}" if contents.mlflow_version else "",
        f"as {', '.join(contents.flavors)}" if contents.flavors else "",
        f"for the task {contents.task}" if contents.task else "",
        model_words.size(contents.size) if contents.size else "",
    ]
    st.caption(escaped(" · ".join(each for each in facts if each)))


def _draw_signature(contents: Contents) -> None:
    st.subheader("What it takes and gives", anchor=False)
    signature = contents.signature
    if signature is None:
        st.markdown("It was logged without a signature, so nobody knows how to ask it.")
        return
    parts = (
        ("It takes", signature.inputs),
        ("It gives", signature.outputs),
        ("It may be told", signature.parameters),
    )
    for title, each in parts:
        if each:
            st.markdown(f"**{title}**")
            st.dataframe(_rows(each), hide_index=True, width="stretch", key=f"signature_{title}")


def _rows(parts: tuple[Part, ...]) -> list[dict[str, str]]:
    return [
        {
            "Name": part.name or "(unnamed)",
            "What it is": part.kind,
            "Needed": "yes" if part.is_required else "no",
        }
        for part in parts
    ]


def _draw_example(contents: Contents) -> None:
    st.subheader("Input example", anchor=False)
    if contents.example:
        st.code(contents.example, language="json", wrap_lines=True)
    else:
        st.markdown("It was logged without one, so it cannot be tried before it is deployed.")


def _draw_config(contents: Contents) -> None:
    st.subheader("Configuration", anchor=False)
    if contents.secrets:
        named = ", ".join(escaped(each) for each in contents.secrets)
        st.warning(
            f"What looks like a secret was logged with this version, and is masked here: {named}. "
            "Everybody who may load the model can read it. Change the secret, and log the model "
            "without it.",
            icon=":material/key:",
        )
    if contents.config:
        text = json.dumps(contents.config, indent=2, ensure_ascii=False, default=str)
        st.code(text, language="json", wrap_lines=True)
    else:
        st.markdown("It was logged without a `model_config`.")


def _draw_prompts(session: Session, version: Version) -> None:
    """Draw the registered prompts it uses; those in its configuration are above."""
    try:
        prompts = session.services.registry.linked_prompts(session.viewer, version)
    except ReviewAppError as problem:
        st.caption(f"Its prompts cannot be shown now. {escaped(problem.sentence)}")
        return
    if prompts:
        st.subheader("Registered prompts", anchor=False)
    for each in prompts:
        st.markdown(f"**{escaped(each.name)}**")
        st.code(each.text, language=None, wrap_lines=True)
