"""Showing what was opened from its beginning, to who has read down what was open before.

Streamlit leaves the page where it is, which would be somewhere in the middle of the next answer.
"""

import streamlit as st

# The part of the page that begins with what this stands in.
_JS = """
export default function ({ data }) {
  const isAnother = window.reviewAppOpened !== undefined && window.reviewAppOpened !== data.opened;
  window.reviewAppOpened = data.opened;
  const part = document.querySelector(".st-key-log_opened_head")
    ?.closest('[data-testid="stColumn"]');
  if (isAnother && part && part.getBoundingClientRect().top < 0) part.scrollIntoView();
}
"""
_component = st.components.v2.component("log_beginning", html="<span hidden></span>", js=_JS)


def show(opened: str) -> None:
    """Go to the beginning if another request is open than before; takes no room."""
    _component(key="log_beginning", data={"opened": opened})
