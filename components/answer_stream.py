"""An answer while it arrives: its text grows, its steps are named, and Stop is within reach."""

import time
from contextlib import closing
from functools import partial

import streamlit as st

from backend.answer_stream import AnswerStream
from backend.answers import Answer, Event, TextPart, ToolStep
from backend.errors import ReviewAppError
from components import tool_steps
from components.answer_text import SHOWN_CHARACTERS, cut, safe_markdown
from components.arriving import Arrival
from components.chat_state import Chat, Entry
from components.plain_text import escaped
from components.session import Chain

# More often, the browser has more to do than the eye can see.
REDRAW_SECONDS = 0.06
CURSOR = "▍"


def ask(chain: Chain, chat: Chat, entry: Entry) -> None:
    """Ask the chain, once, and draw the answer as it comes; everything is kept in the entry."""
    entry.was_asked = True
    status, text = st.empty(), st.empty()
    # Any click cuts this run off; the next one finds an entry that was asked and not answered.
    st.button("Stop", icon=":material/stop_circle:", key=f"stop_{entry.key}")
    status.caption("Waiting for the answer …")
    try:
        _receive(chain, chat, entry, status, text)
    except ReviewAppError as problem:
        _keep(entry, problem)


def _receive(
    chain: Chain,
    chat: Chat,
    entry: Entry,
    status: st.delta_generator.DeltaGenerator,
    text: st.delta_generator.DeltaGenerator,
) -> None:
    begun, drawn_at, drawn = time.monotonic(), 0.0, 0
    with closing(iter(Arrival(partial(_put, chain, chat, entry)))) as pieces:
        for event in pieces:
            take(entry, event)
            now = time.monotonic()
            if isinstance(event, ToolStep):
                status.caption(f"Using: {escaped(tool_steps.name_of(event))} …")
            elif event is None and not entry.text:
                # Drawing is also what lets a click on Stop through.
                _say_how_long(status, entry, now - begun)
            if len(entry.text) > drawn and now - drawn_at > REDRAW_SECONDS:
                _draw_so_far(status, text, entry.text)
                drawn_at, drawn = now, len(entry.text)


def _put(chain: Chain, chat: Chat, entry: Entry) -> AnswerStream:
    entry.stream = chain.ask(chat.endpoint, chat.before(entry), entry.question)
    return entry.stream


def take(entry: Entry, event: Event | None) -> None:
    """Keep one piece."""
    if isinstance(event, TextPart):
        entry.text += event.text
    elif isinstance(event, ToolStep):
        # A step comes again when its result is known.
        entry.steps = [each for each in entry.steps if each.id != event.id] + [event]
    elif isinstance(event, Answer):
        entry.answer = event


def _draw_so_far(
    status: st.delta_generator.DeltaGenerator, text: st.delta_generator.DeltaGenerator, so_far: str
) -> None:
    if len(so_far) > SHOWN_CHARACTERS:
        status.caption(f"{len(so_far):,} characters so far; all of it can be shown at the end.")
    else:
        status.empty()
    text.markdown(safe_markdown(cut(so_far) + CURSOR), anchors=False)


def _say_how_long(status: st.delta_generator.DeltaGenerator, entry: Entry, seconds: float) -> None:
    doing = (
        f"Using: {tool_steps.name_of(entry.steps[-1])}" if entry.steps else "Waiting for the answer"
    )
    waited = f" ({seconds:.0f} s)" if seconds >= 2 else ""
    status.caption(f"{escaped(doing)} …{waited}")


def _keep(entry: Entry, problem: ReviewAppError) -> None:
    """Keep the reason, and beside it whatever had come before."""
    if entry.text or entry.steps:
        entry.answer = Answer(
            entry.text,
            request_id=problem.request_id,
            steps=tuple(entry.steps),
            is_interrupted=True,
            problem=problem.sentence,
            problem_code=problem.code,
        )
    else:
        entry.problem = problem
