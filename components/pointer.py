"""Keeping the list awake while the mouse is elsewhere, for clicks and keys that come all at once.

Streamlit's table takes no choice of a cell, be it by click or by arrow key, while it believes that
the mouse is outside; and it learns that it is back only when it has been drawn again, after a click
that comes with the movement. So whoever reads beside the list could not go on with the arrow keys,
and a click by who does not glide (a pen, a remote desktop, a script) was lost. Here the table is
told that a mouse that leaves it rests on its corner, and nothing of where it goes then.
"""

import streamlit as st

_JS = """
const GRID = '[data-testid="stDataFrame"]';
const CANVAS = `${GRID} [data-testid="data-grid-canvas"]`;

export default function () {
  // One set of ears for the tab, however often the page is drawn.
  window.reviewAppPointer?.abort();
  const ears = window.reviewAppPointer = new AbortController();
  let isResting = false;
  // The table listens beyond the body.
  document.body.addEventListener("pointermove", (event) => {
    if (!event.isTrusted || event.pointerType === "touch") return;
    // What is dragged, the width of a column say, may leave the table.
    if (event.buttons || event.target.closest?.(GRID)) { isResting = false; return; }
    event.stopPropagation();
    if (isResting) return;
    isResting = true;
    for (const canvas of document.querySelectorAll(CANVAS)) {
      const { left, top } = canvas.getBoundingClientRect();
      canvas.dispatchEvent(new PointerEvent("pointermove", {
        bubbles: true, pointerType: "mouse", clientX: left + 16, clientY: top + 3,
      }));
    }
  }, { signal: ears.signal });
  return () => ears.abort();
}
"""
_component = st.components.v2.component("list_pointer", html="<span hidden></span>", js=_JS)


def keep_awake() -> None:
    """Let the list take every click and every arrow key; takes no room."""
    _component(key="list_pointer")
