"""A filter by the values there are: opened, it counts them once and lets one be chosen.

Counting is a query, so nothing is counted before somebody opens the filter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from backend.errors import ReviewAppError
from backend.request_logs.query import LogQuery, Outcome, Said
from backend.request_logs.record import Facet
from components import states
from components.plain_text import escaped
from components.request_logs import address, unfolded, words
from components.request_logs.readable import cut, one_line
from components.session import Session

_KEPT = "log_values"
# So many kinds of values are kept counted; all of them are short.
_MOST_KEPT = 12
LONGEST = 70


@dataclass(frozen=True)
class Filter:
    """One thing that requests can be told apart by."""

    # As the service counts it, and as the query has it.
    name: str
    field: str
    label: str
    icon: str
    words: Callable[[str], str] = words.plain
    # From a value's text to what the query holds; None for a text that is no such value.
    read: Callable[[str], object] = str
    # Values nobody counted can be typed.
    can_be_typed: bool = False
    # These can be chosen even if no request has them.
    always: tuple[str, ...] = ()
    takes_several: bool = False

    def chosen(self, query: LogQuery) -> tuple[str, ...]:
        """Return what is chosen at the moment."""
        value = getattr(query, self.field)
        if self.takes_several:
            return tuple(value)
        return () if value in ("", None) else (str(value),)

    def with_values(self, query: LogQuery, chosen: tuple[str, ...]) -> LogQuery:
        """Return the requests with these values, or with any if there are none."""
        value: Any = chosen if self.takes_several else self._one(chosen)
        return replace(query, **{self.field: value})

    def _one(self, chosen: tuple[str, ...]) -> object:
        if chosen:
            return self.read(chosen[0])
        return "" if self.read is str else None


def _outcome(text: str) -> Outcome | None:
    return Outcome(text) if text in list(Outcome) else None


def _said(text: str) -> Said | None:
    return Said(text) if text in list(Said) else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


VERSION = Filter(
    "version", "version", "Version", ":material/deployed_code:", words.version, can_be_typed=True
)
OUTCOME = Filter(
    "outcome",
    "outcome",
    "Outcome",
    ":material/flag:",
    words.outcome,
    _outcome,
    always=tuple(Outcome),
)
SAID = Filter(
    "said", "said", "Verdict", ":material/thumbs_up_down:", words.said, _said, always=tuple(Said)
)
STATUS = Filter("status", "status", "Status", ":material/pin:", words.status, _number)
ERROR = Filter("error", "error_code", "Error", ":material/error:", can_be_typed=True)
REQUESTER = Filter("requester", "requester", "Who asked", ":material/person:", can_be_typed=True)
REVIEWER = Filter("reviewer", "said_by", "Judged by", ":material/rate_review:", can_be_typed=True)
REASONS = Filter(
    "reasons", "reasons", "Reasons", ":material/label:", words.reason, takes_several=True
)


def draw(session: Session, query: LogQuery, what: Filter) -> None:
    """Draw the filter, folded; what is chosen stands in the address."""
    key = f"log_values_{what.name}"
    with st.popover(what.label, icon=what.icon, key=key, on_change="rerun") as fold:
        if not fold.open:
            return
        try:
            with st.spinner("Counting …"):
                known = _counted(session, what.with_values(query, ()), what)
        except ReviewAppError as problem:
            states.refused(problem)
            known = []
        _draw_choice(query, what, known)
        if what.can_be_typed:
            _draw_field(query, what)
        unfolded.take_keys(what.name)


def _draw_choice(query: LogQuery, what: Filter, known: list[Facet]) -> None:
    chosen = what.chosen(query)
    numbers = {each.value: each.requests for each in known}
    values = list(dict.fromkeys((*what.always, *numbers, *chosen)))
    if not values:
        st.caption("There is nothing to choose from in this time.")
        return
    label = partial(_label, what, numbers)
    key = f"log_choice_{what.name}"
    on_change = partial(_choose, query, what, key)
    if what.takes_several:
        address.show_in(key, [each for each in values if each in chosen])
        st.pills(
            what.label,
            values,
            selection_mode="multi",
            format_func=label,
            key=key,
            on_change=on_change,
            label_visibility="collapsed",
        )
    else:
        address.show_in(key, chosen[0] if chosen else "")
        st.radio(
            what.label,
            ["", *values],
            format_func=label,
            key=key,
            on_change=on_change,
            label_visibility="collapsed",
        )


def _label(what: Filter, numbers: Mapping[str, int], value: str) -> str:
    if not value:
        return "Any"
    said = escaped(cut(one_line(what.words(value)), LONGEST))
    return f"{said} · {numbers[value]:,}" if value in numbers else said


def _draw_field(query: LogQuery, what: Filter) -> None:
    key = f"log_typed_{what.name}"
    with st.form(f"{key}_form", border=False, clear_on_submit=True):
        st.text_input("Another one", key=key, max_chars=200)
        st.form_submit_button("Show", on_click=_choose_typed, args=(query, what, key))


def _choose(query: LogQuery, what: Filter, key: str) -> None:
    value = st.session_state[key]
    chosen = tuple(value) if what.takes_several else (value,) if value else ()
    address.put(what.with_values(query, chosen))
    if not what.takes_several:
        _fold(what)


def _choose_typed(query: LogQuery, what: Filter, key: str) -> None:
    if text := str(st.session_state[key]).strip():
        address.put(what.with_values(query, (text,)))
        _fold(what)


def _fold(what: Filter) -> None:
    st.session_state[f"log_values_{what.name}"] = False


def _counted(session: Session, query: LogQuery, what: Filter) -> list[Facet]:
    """Return how many requests have each value; counted once for the same requests."""
    kept: dict[tuple[LogQuery, str], list[Facet]] = st.session_state.setdefault(_KEPT, {})
    if (query, what.name) not in kept:
        found = session.services.request_logs.facet(session.viewer, query, what.name)
        while len(kept) >= _MOST_KEPT:
            del kept[next(iter(kept))]
        kept[query, what.name] = found
    return kept[query, what.name]


def forget() -> None:
    """Count anew with the next look."""
    st.session_state.pop(_KEPT, None)
