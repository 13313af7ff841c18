"""Judging and asking without a mouse: single keys, and the sheet that tells them.

A key presses the button that stands on the page, so it can do nothing that a click cannot. While
somebody writes, or with Ctrl, Alt or the like held down, keys are what they always are.
"""

import streamlit as st

_IS_OFF = "keys_are_off"
_SWITCH = "keys_switch"
_SHEET = "keyboard_sheet"

KEYS = (
    ("1", "The last answer is right; of two, A is better"),
    ("2", "The last answer is wrong; of two, B is better"),
    ("3", "I don't know whether it is right; of two, both are good"),
    ("4", "Comment on the last answer"),
    ("A", "Ask the last question again"),
    ("S", "Stop the answer that is arriving"),
    ("N", "New chat"),
    ("/", "Go to the question box"),
    ("Esc", "Leave a field, so that these keys work again"),
    ("?", "This sheet"),
)

_STYLE = """<style>
.key-sheet { display: grid; grid-template-columns: auto 1fr; gap: 0.5rem 1rem;
  align-items: baseline; }
.key-sheet, .key-sheet dt, .key-sheet dd { margin: 0 !important; padding: 0 !important; }
.key-sheet kbd { display: inline-block; min-width: 1.6rem; padding: 0 0.4rem; text-align: center;
  font-family: inherit; border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
  border-radius: 0.3rem; background: none; color: inherit; }
</style>"""
# Where there is no keyboard there is nothing to tell of it.
_BUTTON_STYLE = """<style>
@media (max-width: 640px) { .st-key-keyboard_sheet { display: none; } }
</style>"""

_HTML = '<div role="status" aria-live="polite"></div>'
_CSS = """
div { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
"""
_JS = """
const FIELDS = "input, textarea, select, [contenteditable=true], [role=textbox], [role=combobox]";

function last(key) {
  return [...document.querySelectorAll(`[class*="st-key-${key}"]`)].pop();
}
// Two answers that are compared come before any thumb.
function judged() {
  const either = '[class*="st-key-thumb_"], [class*="st-key-choice_"]';
  return [...document.querySelectorAll(either)].pop();
}
function pressIn(place, number = 0) {
  const button = place?.querySelectorAll("button")[number];
  if (!button || button.disabled) return false;
  place.scrollIntoView({ block: "nearest" });
  button.click();
  return true;
}
function questionBox() {
  const box = document.querySelector('[data-testid="stChatInput"] textarea');
  box?.focus();
  return Boolean(box);
}
function comment() {
  const fold = last("more_");
  if (!fold) return false;
  const field = () => fold.querySelector('[class*="st-key-comment_"] textarea');
  const details = fold.querySelector("details");
  if (details && !details.open) fold.querySelector("summary").click();
  const until = Date.now() + 3000;
  (function look() {
    const found = field();
    if (found) { found.focus(); found.scrollIntoView({ block: "center" }); }
    else if (Date.now() < until) requestAnimationFrame(look);
  })();
  return true;
}
const ACTIONS = {
  "1": [() => pressIn(judged(), 0), "There is no answer to judge yet"],
  "2": [() => pressIn(judged(), 1), "There is no answer to judge yet"],
  "3": [() => pressIn(judged(), 2), "There is no answer to judge yet"],
  "4": [comment, "There is no answer to comment on yet"],
  "a": [() => pressIn(last("again_")), "There is nothing to ask again"],
  "s": [() => pressIn(last("stop_")), "No answer is arriving"],
  "n": [() => pressIn(last("new_chat")), "This is a new chat already"],
  "/": [questionBox, "There is no question box"],
  "?": [() => pressIn(last("keyboard_sheet")), ""],
};

function isForUs(event) {
  const target = event.composedPath()[0];
  if (event.defaultPrevented || event.repeat || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return !(target instanceof Element)
    || !(target.matches(FIELDS) || target.closest(FIELDS) || target.closest("[role=dialog]"));
}

export default function ({ parentElement, data }) {
  const status = parentElement.querySelector("div");
  const say = (text) => {
    status.textContent = "";
    setTimeout(() => { status.textContent = text; });
  };
  // One set of ears for the tab, however often the page is drawn.
  window.reviewAppKeys?.abort();
  const ears = window.reviewAppKeys = new AbortController();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches?.("input, textarea")
        && !event.target.closest("[role=dialog]")) {
      event.target.blur();
      return;
    }
    const [act, otherwise] = (isForUs(event) && ACTIONS[event.key.toLowerCase()]) || [];
    if (!act || (data.isOff && event.key !== "?")) return;
    event.preventDefault();
    say(act() ? "" : otherwise);
  }, { signal: ears.signal });
  return () => ears.abort();
}
"""
_component = st.components.v2.component("keyboard", html=_HTML, css=_CSS, js=_JS)


def draw() -> None:
    """Offer the sheet."""
    if st.button(
        "Keyboard", icon=":material/keyboard:", type="tertiary", key=_SHEET, help="Press ?"
    ):
        _sheet()


def listen() -> None:
    """Do what the keys say; takes no room."""
    st.html(_BUTTON_STYLE)
    _component(data={"isOff": _is_off()}, key="keys")


@st.dialog("Keys instead of the mouse", on_dismiss="rerun")
def _sheet() -> None:
    rows = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in KEYS)
    st.html(f'{_STYLE}<dl class="key-sheet">{rows}</dl>')
    # Somebody who speaks to the computer, or rests a hand on the keys, must be able to have peace.
    st.toggle("Use these keys", value=not _is_off(), key=_SWITCH, on_change=_switch)
    st.caption("They do nothing while you write in a field.")


def _switch() -> None:
    st.session_state[_IS_OFF] = not st.session_state[_SWITCH]


def _is_off() -> bool:
    return bool(st.session_state.get(_IS_OFF))
