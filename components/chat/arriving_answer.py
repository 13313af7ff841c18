"""An answer while it arrives: its text grows, its steps are named, and Stop is within reach.

A click on another answer is heard between two script runs only. So no run draws for longer than
nobody notices; the browser asks for the next one at once, until the answer is complete.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.chat import open_tab, tool_steps, under_way
from components.chat.answer_text import SHOWN_CHARACTERS, cut, safe_markdown
from components.chat.arriving import Arrival
from components.chat.chat_state import Chat, Entry
from components.chat.rival import Rival, new_pair_id
from components.plain_text import escaped
from components.session import Chain

# How long one run draws; a click on a thumb waits for two of them at most.
PASS_SECONDS = 0.25
# The first waits for the first words, which come soon or late; late, other clicks are heard.
FIRST_SECONDS = 0.8
AGAIN_SECONDS = 0.1
# More often, the browser has more to do than the eye can see.
REDRAW_SECONDS = 0.06
CURSOR = "▍"


@dataclass
class _Passes:
    """What the runs that draw one answer have to tell each other."""

    arrival: Arrival
    patience: float = FIRST_SECONDS
    known: int = field(default=0)


def ask(chain: Chain, chat: Chat, entry: Entry) -> None:
    """Ask the chain, once; the answer comes whether or not it is being drawn."""
    before, parent = chat.before(entry), chat.parent_of(entry)
    is_wanted = open_tab.watched()

    def put(**options: str) -> Arrival:
        ask_so = partial(chain.ask, chat.endpoint, before, entry.question, parent=parent, **options)
        arrival = Arrival(ask_so, is_wanted)
        under_way.note(chat.id, arrival)
        return arrival

    own_id = entry.client_request_id
    if not (challenger := chat.terms.challenger):
        entry.arrival = put(client_request_id=own_id)
        return
    # The version named there competes; whoever answers without being named does so for the record.
    pair_id = new_pair_id()
    entry.arrival = put(client_request_id=own_id, pair=pair_id)
    entry.rival = Rival(pair_id, put(served_name=challenger, pair=pair_id))


def draw(entry: Entry, arrival: Arrival) -> None:
    """Draw what has come, and go on until all has."""
    place = st.container(gap="small")
    st.button(
        "Stop",
        icon=":material/stop_circle:",
        key=f"stop_{entry.key}",
        on_click=arrival.stop,
    )
    passes = _Passes(arrival, PASS_SECONDS if arrival.text else FIRST_SECONDS)
    with place:
        st.fragment(_draw_pass, run_every=AGAIN_SECONDS)(passes)


def _draw_pass(passes: _Passes) -> None:
    arrival, begun = passes.arrival, time.monotonic()
    picture = Picture(arrival)
    while not arrival.is_over:
        left = begun + (PASS_SECONDS if arrival.text else passes.patience) - time.monotonic()
        if left <= 0:
            passes.patience = PASS_SECONDS
            return
        passes.known = arrival.news(passes.known, min(left, REDRAW_SECONDS))
        picture.bring_up_to_date()
    # The whole page: what can be done with an answer is drawn outside of this fragment.
    st.rerun()


class Picture:
    """The status and the text as they were drawn last."""

    def __init__(self, arrival: Arrival) -> None:
        self._arrival = arrival
        self._said, self._drawn, self._drawn_at = _status(arrival), arrival.text, time.monotonic()
        # Drawn as it is from the start: a place that is empty first would flicker.
        self._status = st.caption(self._said) if self._said else st.empty()
        self._text = _draw_text(st.markdown, self._drawn) if self._drawn else st.empty()

    def bring_up_to_date(self) -> None:
        """Draw what has changed."""
        if (said := _status(self._arrival)) != self._said:
            self._said = said
            _ = self._status.caption(said) if said else self._status.empty()
        text, now = self._arrival.text, time.monotonic()
        is_due = not self._drawn or now - self._drawn_at > REDRAW_SECONDS
        if len(text) > len(self._drawn) and is_due:
            self._drawn, self._drawn_at = text, now
            _draw_text(self._text.markdown, text)


def _draw_text(draw_markdown: Callable[..., DeltaGenerator], so_far: str) -> DeltaGenerator:
    return draw_markdown(safe_markdown(cut(so_far) + CURSOR), anchors=False)


def _status(arrival: Arrival) -> str:
    """Return what is said above the text, as Markdown."""
    if len(arrival.text) > SHOWN_CHARACTERS:
        return f"{len(arrival.text):,} characters so far; all of it can be shown at the end."
    if arrival.text and not arrival.using:
        return ""
    using = arrival.using
    doing = f"Using: {tool_steps.name_of(using)}" if using else "Waiting for the answer"
    seconds = time.monotonic() - arrival.begun
    waited = f" ({seconds:.0f} s)" if seconds >= 2 else ""
    return f"{escaped(doing)} …{waited}"
