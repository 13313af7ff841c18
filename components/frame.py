"""What surrounds every page: the sign of the app, the look, the person and the way out."""

import html
from pathlib import Path

import streamlit as st

from backend.identity import Viewer

STATIC = Path(__file__).resolve().parents[1] / "static"
# Files of our own: for an icon by name the browser would ask a font server on another host.
ICON = str(STATIC / "icon.svg")
LOGO = str(STATIC / "logo.svg")

_STYLE = """<style>
.st-key-person { position: fixed; bottom: 1.25rem; }
/* A long name ends where the sidebar does. */
.st-key-person .person { max-width: 14.5rem; overflow: hidden; white-space: nowrap;
  text-overflow: ellipsis; }
.st-key-person a { color: inherit; text-underline-offset: 0.2em; }
</style>"""


def open_page() -> None:
    """Name the browser's tab and put up the sign."""
    st.set_page_config(page_title="Review App", page_icon=ICON, layout="centered")
    st.html(_STYLE)
    st.logo(LOGO, size="large", icon_image=ICON)


def draw_person(viewer: Viewer) -> None:
    """Show who is signed in, and let them leave."""
    with st.sidebar.container(key="person", gap=None):
        # Markdown links open a new tab; this one has to replace the page.
        st.html(
            f'<div class="person">{html.escape(viewer.display_name)}</div>'
            '<a href="sign-out" target="_self">Sign out</a>'
        )
