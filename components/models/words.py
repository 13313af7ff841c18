"""What models and versions are called on the screen, and the links from one to the other."""

import math

import streamlit as st

from backend.registry.record import Served, Version
from components.plain_text import escaped

_SHORT = 160
_STEP = 1000
_UNITS = ("kB", "MB", "GB")
# Code is told apart by weight: some of the usual colours are too pale on a light page.
_STYLE = """<style>
[data-testid=stCode] :is(.token, .linenumber) { color: inherit !important; }
[data-testid=stCode] .token.keyword { font-weight: 600; }
[data-testid=stCode] .token.comment { font-style: italic; }
</style>"""


def set_style() -> None:
    """Let code be readable on every background."""
    st.html(_STYLE)


def link_to_all() -> None:
    """Lead back to the list of all models."""
    _link("All models", {}, "all", ":material/arrow_back:")


def link_to_model(name: str) -> None:
    """Lead to one model."""
    _link(name, {"model": name}, name)


def link_to_version(name: str, number: str, label: str = "") -> None:
    """Lead to one version."""
    address = {"model": name, "version": number}
    _link(label or f"Version {number}", address, f"{name}_{number}_{label}")


def badges(version: Version, places: tuple[Served, ...]) -> None:
    """Draw what distinguishes a version: is it usable, which names lead to it, who serves it."""
    if version.is_ready:
        st.badge("Ready", icon=":material/check_circle:", color="green")
    else:
        st.badge(_status(version), icon=":material/hourglass_top:", color="orange")
    for alias in version.aliases:
        st.badge(f"@{escaped(alias)}", color="blue")
    if places:
        st.badge(escaped(served_in_short(places)), icon=":material/rocket_launch:", color="gray")


def served_in_short(places: tuple[Served, ...]) -> str:
    """Return where a version is served, in a few words."""
    answering = [each for each in places if each.percentage]
    if not answering:
        return "kept, without questions"
    first, *others = answering
    more = f" and {len(others)} more" if others else ""
    return f"{first.percentage} % of {first.endpoint}{more}"


def first_line(text: str) -> str:
    """Return the beginning of a description, for a list."""
    line = next((each.strip() for each in text.splitlines() if each.strip()), "")
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"


def size(count: int | None) -> str:
    """Return a number of bytes as people read it."""
    if count is None:
        return "size unknown"
    if count < _STEP:
        return f"{count} bytes"
    steps = min(len(_UNITS), int(math.log(count, _STEP)))
    left, unit = count / _STEP**steps, _UNITS[steps - 1]
    return f"{left:.0f} {unit}" if left >= 10 else f"{left:.1f} {unit}"


def _status(version: Version) -> str:
    words = version.status.replace("_", " ").lower().strip() or "unknown state"
    return words[:1].upper() + words[1:]


def _link(label: str, address: dict[str, str], key: str, icon: str | None = None) -> None:
    """Lead to another address of this page; a link of Streamlit's would leave the address."""
    st.button(
        f"**{escaped(label)}**",
        type="tertiary",
        icon=icon,
        key=f"to_{key}",
        on_click=_go,
        args=(address,),
    )


def _go(address: dict[str, str]) -> None:
    st.query_params.from_dict(address)
