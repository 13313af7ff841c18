"""The passages an answer rests on, as cards that can be opened and judged."""

from functools import partial

import streamlit as st

from backend.turns.answers import Source
from components.chat.answer_text import web_address
from components.chat.chat_state import Entry
from components.plain_text import escaped
from components.verdicts.judging import SOURCE_WORDS, Judge

PASSAGE_CHARACTERS = 240


def draw(entry: Entry, judge: Judge | None) -> None:
    """Draw all sources of the answer, folded; without a judge they can only be read."""
    sources = entry.answer.sources if entry.answer else ()
    if not sources:
        return
    label = "1 source" if len(sources) == 1 else f"{len(sources)} sources"
    with st.expander(label, icon=":material/menu_book:", key=f"sources_{entry.key}"):
        for number, source in enumerate(sources, start=1):
            _draw_card(entry, judge, source, number)


def _draw_card(entry: Entry, judge: Judge | None, source: Source, number: int) -> None:
    with st.container(border=True, gap="xsmall", key=f"card_{number}_{entry.key}"):
        st.markdown(f"**{number}. {escaped(title_of(source))}**")
        _draw_address(source)
        passage = " ".join(source.text.split())
        is_long = len(passage) > PASSAGE_CHARACTERS
        st.text(passage[:PASSAGE_CHARACTERS] + " …" if is_long else source.text)
        if is_long:
            with st.popover("Open in full", key=f"full_{number}_{entry.key}", type="tertiary"):
                st.text(source.text)
        if judge and entry.answer and entry.answer.request_id:
            _draw_rating(entry, judge, source, number)


def _draw_address(source: Source) -> None:
    if not source.uri or source.uri == title_of(source):
        return
    address = web_address(source.uri)
    # What is no address of the web, say a path in a volume, is named and leads nowhere.
    if address:
        # No caption: its pale letters make links too faint to read.
        st.markdown(f":small[[{escaped(source.uri)}]({address})]")
    else:
        st.caption(escaped(source.uri))


def _draw_rating(entry: Entry, judge: Judge, source: Source, number: int) -> None:
    key = f"source_{number}_{entry.key}"
    st.pills(
        f"How good is source {number}?",
        list(SOURCE_WORDS),
        default=judge.word_for(entry, source),
        key=key,
        on_change=partial(_save, entry, judge, source, key),
        label_visibility="collapsed",
    )


def _save(entry: Entry, judge: Judge, source: Source, key: str) -> None:
    judge.rate_source(entry, source, st.session_state[key])


def title_of(source: Source) -> str:
    """Return the title, or what the address ends with."""
    address = (source.uri or "").partition("?")[0].rstrip("/")
    return source.title or address.rpartition("/")[2] or source.uri or "A passage without a title"
