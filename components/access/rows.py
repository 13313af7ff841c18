"""A row: what it is about on the left, what can be done with it on the right."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def row(key: str) -> Iterator[None]:
    """Draw the block in one."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
        key=key,
    ):
        yield
