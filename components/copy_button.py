"""A button that puts a text on the clipboard, which Streamlit has none for."""

import streamlit as st

_HTML = '<button type="button"></button>'
_CSS = """
button { box-sizing: border-box; min-height: 2rem; padding: 0.25rem 0.5rem; border: 0;
  border-radius: var(--st-button-radius); background: none; color: var(--st-text-color);
  font: 0.875rem/1.6 var(--st-font); cursor: pointer; }
button:hover { color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
"""
_JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.words;
  button.setAttribute("aria-label", data.label);
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text);
      button.textContent = "Copied";
    } catch (refused) {
      button.textContent = "Not possible";
    }
    setTimeout(() => { button.textContent = data.words; }, 2000);
  };
}
"""
_component = st.components.v2.component("copy_button", html=_HTML, css=_CSS, js=_JS)


def draw(text: str, label: str, key: str, words: str = "Copy") -> None:
    """Draw the button with these words on it; `label` is what a screen reader says."""
    _component(data={"text": text, "label": label, "words": words}, key=key, width="content")
