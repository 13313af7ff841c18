"""Whether somebody goes through a table by keys, and when Enter is pressed in it.

To Streamlit's table a cell that the keys have come to is one that was clicked. Where a click leads
to another page, nobody could go through the list by keys, or past it: coming to it would be enough.
"""

from collections.abc import Mapping

import streamlit as st

KEY = "traces_hand"
POINTER, KEYS = "pointer", "keys"
_JS = """
const GRID = '[data-testid="stDataFrame"]';
const CANVAS = `${GRID} [data-testid="data-grid-canvas"]`;
// A click brings the focus, too, a moment later.
const MOMENT = 1000;
// The table tells of a cell 150 ms after it was come to; Enter is about that one.
const WAITS = 250;
let touchedAt = -MOMENT;

export default function ({ data, setStateValue, setTriggerValue }) {
  let by = data.by;
  // One set of ears for the tab, however often the page is drawn.
  window.reviewAppHand?.abort();
  const ears = window.reviewAppHand = new AbortController();
  const options = { capture: true, signal: ears.signal };
  const tell = (now) => { if (now !== by) setStateValue("by", by = now); };
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.(GRID)) return;
    touchedAt = performance.now();
    tell("pointer");
  }, options);
  // Heard before the table hears it, so it is known when the cell is.
  document.addEventListener("focusin", (event) => {
    const isTouched = performance.now() - touchedAt < MOMENT;
    if (!isTouched && event.target.closest?.(CANVAS)) tell("keys");
  }, options);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest?.(CANVAS)) return;
    event.preventDefault();
    event.stopPropagation();
    setTimeout(() => setTriggerValue("enter", true), WAITS);
  }, options);
  return () => ears.abort();
}
"""
_component = st.components.v2.component(KEY, html="<span hidden></span>", js=_JS)


def draw() -> tuple[bool, bool]:
    """Take no room; tell whether the table is gone through by keys, and if Enter was pressed."""
    known = st.session_state.get(KEY)
    # Who comes back to the list begins anew.
    by = known.get("by") if isinstance(known, Mapping) else None
    data = {"by": by or POINTER}
    found = _component(key=KEY, data=data, on_by_change=_heard, on_enter_change=_heard)
    return found.get("by") == KEYS, bool(found.get("enter"))


def _heard() -> None:
    """Being called at all is what makes the page hear of it."""
