"""Taking the keyboard along into what was unfolded.

What is unfolded lies at the end of the page, so by Tab it would come after everything else. Who
unfolds it with the mouse stays where the mouse is.
"""

import streamlit as st

_JS = """
export default function ({ parentElement }) {
  const root = parentElement.getRootNode();
  const place = root instanceof ShadowRoot ? root.host : parentElement;
  const unfolded = place.closest('[data-testid="stPopoverBody"]');
  const until = Date.now() + 3000;
  let unfolder = null;
  (function look() {
    const now = document.activeElement;
    if (!unfolded?.isConnected || unfolded.contains(now) || !now?.matches(":focus-visible")) return;
    const first = unfolded.querySelector("[type=radio]:checked")
      ?? unfolded.querySelector("input, button");
    // What is drawn for the first time comes a moment later.
    const isComing = !first || unfolded.querySelector('[data-testid="stSkeleton"]');
    if (!isComing) { unfolder = now; first.focus(); }
    else if (Date.now() < until) requestAnimationFrame(look);
  })();
  // Folded again by what was chosen in it, the keys are back where they came from.
  return () => setTimeout(() => {
    if (document.activeElement === document.body) unfolder?.focus();
  });
}
"""
_component = st.components.v2.component("unfolded", html="<span hidden></span>", js=_JS)
# It takes no room, nor the gap before it.
STYLE = "<style>[class*=st-key-unfolded_] { position: absolute; }</style>"


def take_keys(name: str) -> None:
    """Let keys reach what this stands in; for the end of what is unfolded under this name."""
    _component(key=f"unfolded_{name}")
