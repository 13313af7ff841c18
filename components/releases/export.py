"""The ledger as a file to take away, made when somebody clicks."""

from collections.abc import Callable, Iterator
from io import BytesIO

import streamlit as st

from components.session import Session

_MANY = "all-endpoints"


def draw(session: Session, endpoint: str = "") -> None:
    """Offer the releases of an endpoint, or without a name of all, as CSV and as JSONL."""
    export = session.services.release_export
    name = f"releases-{endpoint or _MANY}"
    of = "all endpoints" if not endpoint else "this endpoint"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(f"The releases of {of} as a file:", width="content")
        for kind, made, mime in (
            ("csv", export.csv, "text/csv"),
            ("jsonl", export.jsonl, "application/jsonl"),
        ):
            st.download_button(
                kind.upper(),
                data=_file(made, session, endpoint),
                file_name=f"{name}.{kind}",
                mime=mime,
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                key=f"{name}_{kind}",
            )


def _file(
    made: Callable[..., Iterator[bytes]], session: Session, endpoint: str
) -> Callable[[], BytesIO]:
    """Return what makes the file; Streamlit calls it when the button is clicked."""

    def make() -> BytesIO:
        file = BytesIO()
        file.writelines(made(session.viewer, endpoint))
        file.seek(0)
        return file

    return make
