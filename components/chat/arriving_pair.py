"""Two answers to one question while they arrive, side by side and without names."""

import time

import streamlit as st

from backend.turns.answers import other_is_first
from components.chat import blind_comparison
from components.chat.arriving import Arrival
from components.chat.arriving_answer import AGAIN_SECONDS, PASS_SECONDS, REDRAW_SECONDS, Picture
from components.chat.chat_state import Entry
from components.chat.rival import Rival


def draw(entry: Entry, arrival: Arrival, rival: Rival) -> None:
    """Draw what has come of both, and go on until both are there or one is given up."""
    place = st.container(gap="small")
    st.button(
        "Stop",
        icon=":material/stop_circle:",
        key=f"stop_{entry.key}",
        # The other one ends with it: there is nothing to compare any more.
        on_click=arrival.stop,
    )
    with place:
        st.fragment(_draw_pass, run_every=AGAIN_SECONDS)(entry.key, arrival, rival)


def _draw_pass(key: str, arrival: Arrival, rival: Rival) -> None:
    begun, known = time.monotonic(), 0
    pictures = _pictures(key, arrival, rival)
    while not arrival.is_over or rival.is_awaited(arrival.so_far):
        left = begun + PASS_SECONDS - time.monotonic()
        if left <= 0:
            return
        coming = rival.arrival if arrival.is_over else arrival
        known = coming.news(known, min(left, REDRAW_SECONDS))
        for picture in pictures:
            picture.bring_up_to_date()
    # The whole page, as for a single answer.
    st.rerun()


def _pictures(key: str, arrival: Arrival, rival: Rival) -> list[Picture]:
    """Draw both as they are now, in the order that was drawn by lot."""
    sides = [rival.arrival, arrival] if other_is_first(rival.pair_id) else [arrival, rival.arrival]
    pictures = []
    with blind_comparison.columns(key):
        for letter, place, side in zip(
            blind_comparison.LETTERS, st.columns(2, gap="medium"), sides, strict=True
        ):
            with place:
                blind_comparison.head(letter)
                pictures.append(Picture(side))
    return pictures
