"""What was found out about a version: the figures of each run that evaluated it, and its tables."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.record import Evaluation, Version
from components import states, times
from components.plain_text import escaped
from components.session import Session


def draw(session: Session, version: Version) -> None:
    """Draw one block a run, the newest first."""
    registry = session.services.registry
    with st.spinner("Looking for results …"):
        found = registry.evaluations(session.viewer, version)
    if not found:
        states.empty(
            "Nobody has evaluated this version yet",
            "What mlflow.genai.evaluate or mlflow.models.evaluate finds out about it appears here.",
        )
    for each in found:
        _draw_run(session, each)


def figure(value: float) -> str:
    """Return a figure as people read it."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def _draw_run(session: Session, run: Evaluation) -> None:
    with st.container(border=True, gap="small", key=f"evaluation_{run.run_id}"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f"**{escaped(run.run_name or run.run_id)}**", width="content")
            if run.at:
                times.draw(run.at)
        if run.metrics:
            rows = [
                {"Figure": each.name, "Value": figure(each.value), "Over": each.dataset or "-"}
                for each in run.metrics
            ]
            st.dataframe(rows, hide_index=True, width="stretch", key=f"metrics_{run.run_id}")
        for path in run.tables:
            if st.toggle(f"Show {escaped(path)}", key=f"table_{run.run_id}_{path}"):
                _draw_table(session, run.run_id, path)


def _draw_table(session: Session, run_id: str, path: str) -> None:
    try:
        table = session.services.registry.table(session.viewer, run_id, path)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
        return
    rows = [dict(zip(table.columns, row, strict=False)) for row in table.rows]
    st.dataframe(rows, hide_index=True, width="stretch", key=f"rows_{run_id}_{path}")
    if table.count > len(table.rows):
        st.caption(f"The first {len(table.rows):,} of {table.count:,} rows.")
