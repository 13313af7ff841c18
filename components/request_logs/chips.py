"""What is filtered at the moment, each as a chip that takes it off again, and all at once."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from backend.request_logs.query import LogQuery
from components.plain_text import escaped
from components.request_logs import address, words
from components.request_logs.readable import cut, one_line

LONGEST = 60


@dataclass(frozen=True)
class Chip:
    """One thing that is filtered, in words, and the requests without it."""

    words: str
    without: LogQuery


def of(query: LogQuery) -> list[Chip]:
    """Return what is filtered; the chain, and the last so much time, are no filters."""
    return [Chip(said, _without(query, names)) for names, said in _said(query)]


def draw(query: LogQuery) -> None:
    """Draw the chips, if anything is filtered."""
    found = of(query)
    if not found:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="log_chips"):
        for number, chip in enumerate(found):
            label = cut(one_line(chip.words), LONGEST)
            st.button(
                escaped(label),
                icon=":material/close:",
                icon_position="right",
                key=f"log_chip_{number}",
                help="Take this off",
                on_click=address.put,
                args=(chip.without,),
            )
        st.button(
            "Clear",
            type="tertiary",
            key="log_clear",
            help="Take everything off",
            on_click=address.put,
            args=(LogQuery(query.endpoint, query.span),),
        )


def _without(query: LogQuery, names: tuple[str, ...]) -> LogQuery:
    usual = {each.name: each.default for each in fields(LogQuery)}
    changes: dict[str, Any] = {name: usual[name] for name in names}
    return replace(query, **changes)


def _said(query: LogQuery) -> Iterator[tuple[tuple[str, ...], str]]:
    # The last so many days are named where they are chosen.
    if query.since or query.until:
        yield ("span", "since", "until"), words.time_range(query)
    if query.version:
        yield ("version",), words.version(query.version)
    if query.outcome:
        yield ("outcome",), words.OUTCOME_WORDS[query.outcome]
    if query.said:
        yield ("said",), words.SAID_WORDS[query.said]
    if query.text:
        yield ("text",), f"Contains “{query.text}”"
    yield from _said_of_the_answer(query)
    yield from _said_of_the_asking(query)


def _said_of_the_answer(query: LogQuery) -> Iterator[tuple[tuple[str, ...], str]]:
    if query.status is not None:
        yield ("status",), f"Status {words.status(str(query.status))}"
    if query.error_code:
        yield ("error_code",), f"Error {query.error_code}"
    if query.min_ms is not None:
        yield ("min_ms",), f"Took {words.milliseconds(query.min_ms)} or longer"
    if query.max_ms is not None:
        yield ("max_ms",), f"Took {words.milliseconds(query.max_ms)} at most"
    if query.said_by:
        yield ("said_by",), f"Judged by {query.said_by}"
    if query.with_comment:
        yield ("with_comment",), "With a comment"
    if query.reasons:
        yield ("reasons",), f"Because: {' or '.join(words.reason(each) for each in query.reasons)}"


def _said_of_the_asking(query: LogQuery) -> Iterator[tuple[tuple[str, ...], str]]:
    if query.requester:
        yield ("requester",), f"Asked by {query.requester}"
    if query.conversation:
        yield ("conversation",), f"Conversation {query.conversation}"
    if query.request:
        yield ("request",), f"Request {query.request}"
    if query.requests:
        yield ("requests",), f"Picked: {words.counted(len(query.requests), 'request')}"
    if query.with_own:
        yield ("with_own",), "With trials, tests and replays"
