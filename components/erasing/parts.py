"""What an erasure found and left, place by place, and the protocol to take along."""

from collections.abc import Sequence

import streamlit as st

from backend.erasure.protocol import Erasure, Kind, Outcome, Part
from components.plain_text import escaped

_WHAT = {
    Kind.ROWS: "Rows of a table",
    Kind.TRACES: "Traces",
    Kind.VERDICTS: "Verdicts on others' answers",
}


def draw_plan(parts: Sequence[Part]) -> None:
    """Show what would be erased where."""
    found = [part for part in parts if part.found]
    if found:
        st.table(
            [{"There are": _number(part.found)} | _row(part) for part in found], hide_index=True
        )
    _draw_problems(parts, "Could not be looked at")


def draw(parts: Sequence[Part]) -> None:
    """Show what was found where, and what is left."""
    found = [part for part in parts if part.found or part.left]
    if found:
        st.table([_counted(part) | _row(part) for part in found], hide_index=True)
    _draw_problems(parts, "Could not be erased")
    _draw_files(parts)
    clean = sum(1 for part in parts if part.is_clean and not part.found)
    if clean:
        st.caption(f"Looked into and without anything of this person: {clean} more places.")


def say(erasure: Erasure) -> None:
    """Say in a sentence how it ended."""
    match erasure.outcome:
        case Outcome.COMPLETE:
            st.success(
                "Everything was erased, and counted again: nothing is left.",
                icon=":material/task_alt:",
            )
        case Outcome.INCOMPLETE:
            st.warning(
                "Not everything could be erased. Look at what is left below, then erase again.",
                icon=":material/error:",
            )
        case Outcome.STOPPED:
            st.warning(
                "This was stopped before its end. Erase again to finish it.",
                icon=":material/stop_circle:",
            )
        case Outcome.RUNNING:
            st.info(
                "This has not ended yet, or was cut off. If nobody is at it, erase again.",
                icon=":material/hourglass_top:",
            )


def offer(erasure: Erasure, key: str) -> None:
    """Offer the protocol as files."""
    name = f"erasure-{erasure.started_at[:10]}-{erasure.id[:8]}"
    with st.container(horizontal=True, key=f"files_{key}"):
        for form, content in (("JSON", erasure.as_json()), ("CSV", erasure.as_csv())):
            st.download_button(
                f"Protocol as {form}",
                content,
                f"{name}.{form.lower()}",
                icon=":material/download:",
                on_click="ignore",
                key=f"{form}_{key}",
            )


def _row(part: Part) -> dict[str, str]:
    # After the numbers: on a telephone the end of a long name is out of sight.
    return {"What": _WHAT[part.kind], "Where": escaped(part.place)}


def _counted(part: Part) -> dict[str, str]:
    return {"Found": _number(part.found), "Left": _number(part.left)}


def _number(count: int | None) -> str:
    return "not known" if count is None else f"{count:,}"


def _draw_problems(parts: Sequence[Part], what: str) -> None:
    for part in parts:
        if part.problem:
            st.warning(
                f"**{what}: {escaped(part.place)}.** {escaped(part.problem)}",
                icon=":material/error:",
            )


def _draw_files(parts: Sequence[Part]) -> None:
    until = max((part.files_until for part in parts), default="")
    if until:
        st.info(
            f"The workspace keeps files of former versions until {escaped(until[:10])}; after that "
            "an administrator runs VACUUM on the tables, which removes them.",
            icon=":material/schedule:",
        )
