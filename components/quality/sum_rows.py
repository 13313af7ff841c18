"""What was said in groups, a line for each: its share with the interval, and links to the rows."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from backend.quality.record import Sum
from backend.request_logs.query import LogQuery, Said
from components.plain_text import escaped
from components.quality import address, words

# Of a longer list the rest is folded.
SHOWN = 8


def draw(
    sums: Sequence[Sum],
    name_of: Callable[[Sum], str],
    query_of: Callable[[Sum], LogQuery],
    key: str,
    more: str = "Show the others",
) -> None:
    """Draw a line for each group; the rows behind its numbers are a click away."""
    for place, each in enumerate(sums[:SHOWN]):
        draw_one(name_of(each), each, query_of(each), f"{key}_{place}")
    if rest := sums[SHOWN:]:
        with st.expander(more, type="compact", key=f"{key}_more"):
            for place, each in enumerate(rest):
                draw_one(name_of(each), each, query_of(each), f"{key}_rest_{place}")


def draw_one(name: str, said: Sum, query: LogQuery, key: str) -> None:
    """Draw one group."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"quality_row_{key}"
    ):
        st.markdown(f"**{escaped(name)}**", width="content")
        st.markdown(words.share_wrong(said), width="content")
        links(said, query)


def links(said: Sum, query: LogQuery) -> None:
    """Draw the links to what was called wrong and right."""
    for number, word, kind in ((said.down, "wrong", Said.DOWN), (said.up, "right", Said.UP)):
        if number:
            address.link(f"{number:,} {word}", replace(query, said=kind))
