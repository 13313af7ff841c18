"""What was said in groups, a line for each: its share with the interval, and links to the rows."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from backend.quality.record import Sum
from backend.quality.shares import Share
from backend.request_logs.query import LogQuery, Said
from components.plain_text import escaped
from components.quality import address, words
from components.request_logs.readable import one_line

# Of a longer list the rest is folded.
SHOWN = 8
# The lines of a list stand in columns where there is room; each has its share as a plot, too.
STYLE = """<style>
@media (min-width: 1250px) {
  [class*="st-key-quality_row_"] { display: grid; max-width: 72rem; align-items: center;
    grid-template-columns: minmax(0, 12rem) 7rem minmax(0, 1fr) 7rem 7rem; }
}
/* An address of a person takes more, and so does the share beside it. */
@media (min-width: 1400px) {
  [class*="st-key-quality_row_"] {
    grid-template-columns: minmax(0, 15rem) 7rem minmax(0, 1fr) 7rem 7rem; }
}
@media (min-width: 1250px) {
  [class*="st-key-quality_row_reason_"] { grid-template-columns: 12rem 7rem 7rem; }
}
[class*="st-key-quality_row_"] [data-testid=stElementContainer]:has(.share-plot) { width: 7rem; }
[class*="st-key-quality_choose_"] button { min-height: 1.6rem; padding-block: 0; }
[class*="st-key-quality_choose_"] button p { font-size: 1rem; }
.share-plot { position: relative; width: 7rem; height: 0.75rem; border-radius: 0.2rem;
  background: color-mix(in srgb, currentColor 8%, transparent); }
.share-plot i, .share-plot b { position: absolute; top: 0; bottom: 0; background: #6366f1; }
.share-plot i { opacity: 0.4; } .share-plot b { width: 3px; margin-left: -1px; }
</style>"""


def draw(
    sums: Sequence[Sum],
    name_of: Callable[[Sum], str],
    query_of: Callable[[Sum], LogQuery],
    key: str,
    more: str = "Show the others",
    choose: Callable[[str], None] | None = None,
) -> None:
    """Draw a line for each group; the rows behind its numbers are a click away.

    With `choose`, a group's name looks at it alone.
    """
    st.html(STYLE)
    for place, each in enumerate(sums[:SHOWN]):
        draw_one(name_of(each), each, query_of(each), f"{key}_{place}", choose)
    if rest := sums[SHOWN:]:
        with st.expander(more, type="compact", key=f"{key}_more"):
            for place, each in enumerate(rest):
                draw_one(name_of(each), each, query_of(each), f"{key}_rest_{place}", choose)


def draw_one(
    name: str,
    said: Sum,
    query: LogQuery,
    key: str,
    choose: Callable[[str], None] | None = None,
) -> None:
    """Draw one group."""
    told = f"**{escaped(one_line(name))}**"
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"quality_row_{key}"
    ):
        if choose and said.name:
            st.button(
                told,
                icon=":material/filter_alt:",
                type="tertiary",
                key=f"quality_choose_{key}",
                help="Look at this one alone, in every view",
                on_click=choose,
                args=(said.name,),
            )
        else:
            st.markdown(told, width="content")
        _draw_plot(said.wrong)
        st.markdown(words.share_wrong(said), width="content")
        links(said, query)


def _draw_plot(share: Share) -> None:
    """Draw the share and between which values it lies; the words beside it say the same."""
    inner = ""
    if share.value is not None:
        low, high = share.interval.low * 100, share.interval.high * 100
        inner = (
            f'<i style="left: {low:.0f}%; width: {high - low:.0f}%"></i>'
            f'<b style="left: {share.value * 100:.0f}%"></b>'
        )
    st.html(f'<div class="share-plot" aria-hidden="true">{inner}</div>', width=105)


def links(said: Sum, query: LogQuery) -> None:
    """Draw the links to what was called wrong and right; both, so that they stand in columns."""
    for number, word, kind in ((said.down, "wrong", Said.DOWN), (said.up, "right", Said.UP)):
        if number:
            address.link(f"{number:,} {word}", replace(query, said=kind))
        else:
            st.caption(f"None {word}", width="content")
