"""Two versions side by side: what got better, what worse, with the questions both were asked."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from backend.quality.record import Topic, Versions, VersionSide
from backend.quality.report import cell
from backend.quality.shares import Difference
from backend.request_logs.query import LogQuery, Outcome, Said
from components import states
from components.plain_text import escaped
from components.quality import address, pair_list, topics_view, words
from components.quality.kept import kept
from components.request_logs import address as log_address
from components.session import Session

# The links of all reasons stand below each other where there is room.
_STYLE = """<style>
@media (min-width: 1250px) {
  [class*="st-key-quality_reason_"] { display: grid; max-width: 72rem;
    grid-template-columns: minmax(0, 1fr) 11rem 11rem; }
}
</style>"""


def draw(session: Session, query: LogQuery) -> None:
    """Let the person choose two versions, and draw what is between them."""
    quality, whole = session.services.quality, replace(query, version="")
    asked = kept("asked", whole, lambda: quality.versions_asked(session.viewer, whole))
    if len(asked) < 2:
        states.empty(
            "Only one version was asked in this time",
            "Two versions can be compared here as soon as both have answered. Look at a longer "
            "time.",
        )
        return
    new, old = _choose(asked)
    if new == old:
        st.caption("Choose two different versions.")
        return
    with st.spinner("Comparing two versions …"):
        found = kept(
            "versions", whole, lambda: quality.versions(session.viewer, whole, new, old), new, old
        )
    _draw_figures(found, whole)
    _draw_reasons(found, whole)
    _draw_topics(session, found, whole)
    pair_list.draw(session, whole, found)


def _choose(asked: Sequence[str]) -> tuple[str, str]:
    """Draw both choices; the address names them."""
    chosen: dict[str, str] = {}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for name, label in ((address.VERSION, "Version"), (address.OTHER, "Compared with")):
            usual = next(each for each in asked if each not in chosen.values())
            named = address.value(name)
            chosen[name] = named if named in asked else usual
            key = f"quality_{name}"
            log_address.show_in(key, chosen[name])
            st.selectbox(label, asked, key=key, width=180, on_change=_put, args=(name, key))
            address.put(name, chosen[name])
    return chosen[address.VERSION], chosen[address.OTHER]


def _put(name: str, key: str) -> None:
    # A browser that has not drawn another view yet still tells what was chosen in this one.
    if address.value(address.VIEW) == address.VERSIONS:
        address.put(name, str(st.session_state[key]))


def _draw_figures(found: Versions, query: LogQuery) -> None:
    # New on the left and old on the right, as below.
    for column, side in zip(st.columns(2), (found.new, found.old), strict=True):
        with column:
            _draw_side(side, replace(query, version=side.version))
    _draw_difference("Called wrong", found.wrong)
    _draw_difference("Failed", found.failed)


def _draw_side(side: VersionSide, query: LogQuery) -> None:
    with st.container(border=True, gap="xsmall", key=f"quality_side_{side.version}"):
        st.markdown(f"**{escaped(words.version(side.version))}**")
        st.markdown(f"Called wrong: {cell(side.said.wrong)}. Failed: {cell(side.failed)}.")
        if side.p50_ms is not None and side.p95_ms is not None:
            st.caption(
                f"Half answered within {side.p50_ms:,.0f} ms, "
                f"95 of 100 within {side.p95_ms:,.0f} ms"
            )
        with st.container(horizontal=True, gap="small"):
            address.link(words.count(side.requests, "request"), query)
            for number, word, kind in (
                (side.said.down, "wrong", Said.DOWN),
                (side.said.up, "right", Said.UP),
            ):
                if number:
                    address.link(f"{number:,} {word}", replace(query, said=kind))
            if side.errors:
                address.link(f"{side.errors:,} failed", replace(query, outcome=Outcome.FAILED))


def _draw_difference(name: str, difference: Difference) -> None:
    st.markdown(f"{words.mark(difference)} **{name}**: {difference}".strip())


def _draw_reasons(found: Versions, query: LogQuery) -> None:
    st.subheader("Reasons for wrong answers", anchor=False)
    st.html(_STYLE)
    reasons = found.reasons()
    if not reasons:
        st.caption("Nobody gave a reason.")
    for place, (key, difference) in enumerate(reasons):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"quality_reason_{place}"
        ):
            name = f"**{escaped(words.reason(key))}**"
            st.markdown(f"{words.mark(difference)} {name}: {difference}".strip(), width="content")
            for side in (found.new, found.old):
                if number := side.reasons.get(key):
                    wanted = replace(query, version=side.version, reasons=(key,), said=Said.DOWN)
                    address.link(f"{number:,} with version {side.version}", wanted)
                else:
                    st.caption(escaped(f"None with version {side.version}"), width="content")


def _draw_topics(session: Session, found: Versions, query: LogQuery) -> None:
    st.subheader("Topics", anchor=False)
    if not found.topics:
        st.caption("Too few judged questions to put into groups.")
    for place, topic in enumerate(found.topics):
        difference = _of_topic(found, topic)
        if difference is not None:
            name = f"**{escaped(', '.join(topic.words))}**"
            with st.container(gap=None):
                st.markdown(f"{words.mark(difference)} {name}: {difference}".strip())
                topics_view.draw_questions(session, query, topic, f"both_{place}")


def _of_topic(found: Versions, topic: Topic) -> Difference | None:
    """Return the difference within a topic; None where only one of them was judged."""
    new, old = (topic.by_version.get(each.version) for each in (found.new, found.old))
    return Difference(new.wrong, old.wrong) if new and old else None
