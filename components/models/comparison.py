"""Two versions of a model side by side: how they do, and what differs in what they are."""

from collections.abc import Mapping

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.comparison import Difference
from backend.registry.record import Evaluation, Served, Version
from backend.releases.version_figures import VersionFigures
from components import text_changes
from components.deployments import served_versions
from components.models import evaluation as model_evaluation
from components.plain_text import escaped
from components.session import Session

_OTHER = "model_compared_with"
_STYLE = """<style>
[class*=st-key-changed_code] .text-changes { font-family: monospace; font-size: 0.875rem; }
</style>"""
Places = Mapping[str, tuple[Served, ...]]


def draw(session: Session, version: Version, places: Places) -> None:
    """Draw what distinguishes this version from another one; the address names both."""
    registry = session.services.registry
    numbers = registry.numbers(session.viewer, version.model)
    other = _choose(version, [each for each in numbers if each != version.number])
    if other is None:
        st.markdown("There is no other version to compare it with yet.")
        return
    try:
        with st.spinner("Reading both versions …"):
            before = registry.version(session.viewer, version.model, other)
            found = registry.compare(session.viewer, before, version)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
        return
    _draw_figures(session, before, version, places)
    _draw_evaluations(session, before, version)
    _draw_differences(found, other, version.number)


def _choose(version: Version, others: list[str]) -> str | None:
    if not others:
        return None
    named = st.query_params.get("compare")
    older = (each for each in others if _is_older(each, version.number))
    st.session_state[_OTHER] = named if named in others else next(older, others[0])
    return st.selectbox(
        f"Compare version {version.number} with",
        others,
        format_func=lambda number: f"Version {number}",
        key=_OTHER,
        on_change=_name_the_other,
    )


def _name_the_other() -> None:
    """Say it in the address, which can be sent to somebody."""
    st.query_params["compare"] = st.session_state[_OTHER]


def _is_older(one: str, other: str) -> bool:
    return one.isdecimal() and other.isdecimal() and int(one) < int(other)


def _draw_figures(session: Session, before: Version, after: Version, places: Places) -> None:
    st.subheader("How they do", anchor=False)
    here = [*places.get(before.number, ()), *places.get(after.number, ())]
    endpoints = list(dict.fromkeys(each.endpoint for each in here))
    if not endpoints:
        st.markdown("No endpoint serves one of them, so nobody has asked them lately.")
    for endpoint in endpoints:
        try:
            figures = session.services.deployments.figures(endpoint)
        except ReviewAppError as problem:
            st.caption(f"Figures cannot be shown now. {escaped(problem.sentence)}")
            continue
        st.caption(f"On {escaped(endpoint)}, in the last 30 days")
        for column, version in zip(st.columns(2), (before, after), strict=True):
            _draw_card(
                column.container(border=True, gap="xsmall", height="stretch"),
                version,
                figures.get((version.model, version.number)),
            )


def _draw_card(
    place: st.delta_generator.DeltaGenerator, version: Version, figures: VersionFigures | None
) -> None:
    place.markdown(f"**Version {escaped(version.number)}**")
    place.markdown(served_versions.summary(figures))


def _draw_evaluations(session: Session, before: Version, after: Version) -> None:
    registry = session.services.registry
    try:
        old = _newest(registry.evaluations(session.viewer, before))
        new = _newest(registry.evaluations(session.viewer, after))
    except ReviewAppError as problem:
        st.caption(f"Evaluations cannot be shown now. {escaped(problem.sentence)}")
        return
    if not old and not new:
        return
    st.caption("What their evaluations found, the newest of each figure")
    rows = [
        {
            "Figure": name,
            f"Version {before.number}": old.get(name, served_versions.NOTHING),
            f"Version {after.number}": new.get(name, served_versions.NOTHING),
        }
        for name in sorted({*old, *new})
    ]
    st.dataframe(rows, hide_index=True, width="stretch", key="compared_evaluations")


def _newest(found: tuple[Evaluation, ...]) -> dict[str, str]:
    """Return each figure as the newest run has it."""
    figures: dict[str, str] = {}
    for run in found:
        for each in run.metrics:
            name = f"{each.name} ({each.dataset})" if each.dataset else each.name
            figures.setdefault(name, model_evaluation.figure(each.value))
    return figures


def _draw_differences(found: tuple[Difference, ...], before: str, after: str) -> None:
    st.subheader("What differs", anchor=False)
    changed = [each for each in found if each.is_change]
    if not changed:
        st.markdown("Nothing: code, configuration, requirements and signature are the same.")
        return
    st.caption(f"Struck out is only in version {before}, underlined only in version {after}.")
    st.html(_STYLE)
    for each in changed:
        with st.expander(escaped(each.part), expanded=len(changed) <= 4):
            if not each.before or not each.after:
                st.caption(f"Only in version {after if each.after else before}")
            with st.container(key=f"changed_{'words' if _is_prose(each) else 'code'}_{each.part}"):
                text_changes.draw(each.before, each.after)
    same = [each.part for each in found if not each.is_change]
    if same:
        st.caption(f"The same in both: {escaped(', '.join(same))}.")


def _is_prose(difference: Difference) -> bool:
    return difference.part.startswith("Prompt")
