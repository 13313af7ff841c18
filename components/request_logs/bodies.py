"""The request and the answer as they travelled, and a command that asks the same again.

Folded, because they may be large: nothing of them is sent to the browser before somebody looks.
"""

import shlex
from urllib.parse import quote

import streamlit as st

from backend.request_logs.record import LogDetail
from components import copy_button
from components.plain_text import escaped
from components.request_logs.readable import indented, one_line, readable

# So much of a body is drawn; a browser has trouble with more. All of it can be saved as a file.
LONGEST = 100_000
# A longer request does not fit on a command line.
LONGEST_COMMAND = 50_000
COPIED_CHARACTERS = 1_000_000
HEIGHT = 420
_NOT_KEPT = "It is not on record."


def draw(found: LogDetail) -> None:
    """Draw both, and the command, folded."""
    for name, title, body in (
        ("request", "The request as it came", found.request_body),
        ("response", "The answer as it went", found.response_body),
    ):
        key = f"log_{name}_{found.row.request_id}"
        with st.expander(title, type="compact", key=key, on_change="rerun") as fold:
            if fold.open:
                _draw_body(found, name, body)
    key = f"log_repeat_{found.row.request_id}"
    with st.expander(
        "Ask it again from a terminal", type="compact", key=key, on_change="rerun"
    ) as fold:
        if fold.open:
            _draw_command(found)


def _draw_body(found: LogDetail, name: str, body: str | None) -> None:
    if body is None:
        why = ", ".join(one_line(each) for each in found.logging_errors)
        st.caption(f"{_NOT_KEPT} The workspace says: {escaped(why)}" if why else _NOT_KEPT)
        return
    text = indented(body)
    if len(text) > LONGEST:
        st.caption(f"The first {LONGEST:,} of {len(text):,} characters.")
    shown = text[:LONGEST]
    if _is_long(shown):
        st.code(shown, language="json", wrap_lines=True, height=HEIGHT)
    else:
        st.code(shown, language="json", wrap_lines=True)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        key = f"log_{name}_{found.row.request_id}"
        copy_button.draw(text[:COPIED_CHARACTERS], f"Copy the {name}", f"{key}_copy")
        st.download_button(
            "Save as a file",
            body.encode("utf-8", "replace"),
            f"{name}-{_file_name(found.row.request_id)}.json",
            "application/json",
            key=f"{key}_save",
            on_click="ignore",
        )


def _draw_command(found: LogDetail) -> None:
    if found.request_body is None:
        st.caption(f"{_NOT_KEPT} So it cannot be repeated.")
        return
    if len(found.request_body) > LONGEST_COMMAND:
        st.markdown("Save the request as `request.json` first: it is too long for a command.")
    text = command(found.endpoint, readable(found.request_body))
    st.code(text, language="bash", wrap_lines=True)
    st.caption("Set DATABRICKS_HOST and DATABRICKS_TOKEN to your workspace and your own token.")


def command(endpoint: str, body: str) -> str:
    """Return a command for curl that sends the same; the token is whoever runs it has."""
    is_long = len(body) > LONGEST_COMMAND
    # What begins with @ would be the name of a file otherwise.
    data = "--data-binary @request.json" if is_long else f"--data-raw {shlex.quote(body)}"
    return " \\\n  ".join(
        (
            f'curl "$DATABRICKS_HOST/serving-endpoints/{quote(endpoint, safe="")}/invocations"',
            '-H "Authorization: Bearer $DATABRICKS_TOKEN"',
            '-H "Content-Type: application/json"',
            data,
        )
    )


def _is_long(text: str) -> bool:
    return text.count("\n") > 18 or len(text) > 2_000


def _file_name(request_id: str) -> str:
    return "".join(each if each.isalnum() else "-" for each in request_id)[:60]
