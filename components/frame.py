"""What surrounds every page: the sign of the app, the look, the person and the way out."""

import html
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from backend.identity import Role, Viewer

STATIC = Path(__file__).resolve().parents[1] / "static"
# Files of our own: for an icon by name the browser would ask a font server on another host.
ICON = str(STATIC / "icon.svg")
LOGO = str(STATIC / "logo.svg")
_ROOM = "sidebar_room"

# The sidebar is as high as the window: the menu at the top, the person at the bottom, and what a
# page puts between them scrolls by itself. Where that would leave too little, all of it scrolls.
_STYLE = """<style>
[data-testid=stSidebarContent] { display: flex; flex-direction: column; }
[data-testid=stSidebarNav] { flex: none; }
[data-testid=stSidebarUserContent] { flex: 1 1 auto; min-height: 19rem;
  padding-top: 0.75rem; padding-bottom: 1rem;
  display: flex; flex-direction: column; overflow: hidden; }
[data-testid=stSidebarUserContent] > div,
[data-testid=stSidebarUserContent] > div > [data-testid=stVerticalBlock] {
  flex: 1 1 auto; min-height: 0; display: flex; flex-direction: column; }
[data-testid=stLayoutWrapper]:has(> .st-key-sidebar_room) { flex: 1 1 0; min-height: 0; }
.st-key-sidebar_room { height: 100%; overflow-y: auto; overscroll-behavior: contain; }
[data-testid=stLayoutWrapper]:has(> .st-key-person) { flex: none; margin-top: auto; }
.st-key-person { padding-top: 0.75rem;
  border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
/* A long name ends where the sidebar does. */
.st-key-person div.person { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.st-key-person .name { font-weight: 600; }
.st-key-person .quiet { font-size: 0.875rem; }
.st-key-person a { color: inherit; text-underline-offset: 0.2em; }
</style>"""


def open_page() -> None:
    """Name the browser's tab and put up the sign."""
    st.set_page_config(page_title="Review App", page_icon=ICON, layout="centered")
    st.html(_STYLE)
    st.logo(LOGO, size="large", icon_image=ICON)


def draw_sidebar(viewer: Viewer, workspace: str) -> None:
    """Keep room for what a page puts there; below it say who is signed in and where."""
    with st.sidebar:
        st.session_state[_ROOM] = st.container(key=_ROOM)
        with st.container(key="person", gap=None):
            # Markdown links open a new tab; this one has to replace the page.
            st.html(
                _line("name", viewer.display_name)
                + _line("quiet", roles_in_words(viewer))
                + _line("quiet", f"Workspace {workspace}")
                + '<a class="quiet" href="sign-out" target="_self">Sign out</a>'
            )


def room() -> DeltaGenerator:
    """Return the place in the sidebar that is a page's own."""
    place: DeltaGenerator = st.session_state[_ROOM]
    return place


def roles_in_words(viewer: Viewer) -> str:
    """Return "Reviewer and analyst"; the order is that of the menu."""
    *others, last = [role.value for role in Role if role in viewer.roles] or ["no role yet"]
    return (f"{', '.join(others)} and {last}" if others else last).capitalize()


def _line(kind: str, text: str) -> str:
    shown = html.escape(text)
    return f'<div class="person {kind}" title="{shown}">{shown}</div>' if text else ""
