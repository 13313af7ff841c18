"""The saved views of a page: a view is chosen, saved, changed or deleted here.

A view is what the address says. Whoever draws this reads the address anew in the run that follows.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from backend.errors import ReviewAppError
from backend.saved_views.record import LONGEST_NAME, SavedView
from backend.saved_views.views import may_change
from components import states, times
from components.plain_text import escaped
from components.session import Session

_OPENED = "saved_view_opened_{}"


def draw(session: Session, place: str, parameters: Mapping[str, str], thing: str = "view") -> None:
    """Draw the views of a page; `parameters` are the address of what is shown now.

    `thing` is what a view of this page is called.
    """
    try:
        with st.spinner("Asking MLflow …"):
            known = session.services.saved_views.all_of(session.viewer, place)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    current = _current(place, parameters, known)
    if known:
        _choose(place, current, known, thing)
    else:
        st.caption(f"Nobody has saved a {thing} here yet. Analysts and admins see them all.")
    if current:
        _draw_current(session, current, parameters, thing)
    _offer_to_save(session, place, parameters, thing)


def _current(place: str, parameters: Mapping[str, str], known: list[SavedView]) -> SavedView | None:
    """Return the view that was opened last, or else the one that is what is shown."""
    opened = st.session_state.get(_OPENED.format(place))
    by_id = {each.id: each for each in known}
    if opened in by_id:
        return by_id[opened]
    return next((each for each in known if dict(each.parameters) == dict(parameters)), None)


def _choose(place: str, current: SavedView | None, known: list[SavedView], thing: str) -> None:
    by_id = {each.id: each for each in known}
    # With another view the field is another: the widget would keep its own value otherwise.
    chosen = st.selectbox(
        f"Saved {thing}s",
        list(by_id),
        index=list(by_id).index(current.id) if current else None,
        format_func=lambda view_id: by_id[view_id].name,
        placeholder=f"Choose a {thing}",
        key=f"saved_view_{place}_{current.id if current else ''}",
    )
    if chosen and (current is None or chosen != current.id):
        _open(by_id[chosen])
        st.rerun()
    if current and not chosen:
        st.session_state[_OPENED.format(place)] = ""


def _open(view: SavedView) -> None:
    st.session_state[_OPENED.format(view.place)] = view.id
    st.query_params.from_dict(dict(view.parameters))


def _draw_current(
    session: Session, view: SavedView, parameters: Mapping[str, str], thing: str
) -> None:
    changed = f", changed by {escaped(view.changed_by)}" if view.changed_by else ""
    times.draw(view.at, before=f"Saved by {escaped(view.by)}{changed}, ")
    is_theirs = may_change(session.viewer, view)
    if dict(view.parameters) != dict(parameters):
        _draw_difference(session, view, parameters, is_theirs)
    if is_theirs:
        with st.expander(f"Rename or delete this {thing}"):
            _offer_to_rename(session, view)
            if st.button("Delete", icon=":material/delete:", key="saved_view_delete"):
                _ask_to_delete(session, view)


def _draw_difference(
    session: Session, view: SavedView, parameters: Mapping[str, str], is_theirs: bool
) -> None:
    st.markdown(f":material/edit: What is shown differs from **{escaped(view.name)}**.")
    with st.container(horizontal=True, gap="small"):
        if st.button("Back to it", icon=":material/undo:", key="saved_view_back"):
            _open(view)
            st.rerun()
        if is_theirs and st.button(
            "Save the change", icon=":material/save:", key="saved_view_save"
        ):
            views = session.services.saved_views
            _do(lambda: views.change(session.viewer, view, parameters))


def _offer_to_save(session: Session, place: str, parameters: Mapping[str, str], thing: str) -> None:
    with st.form(f"saved_view_new_{place}", border=False, clear_on_submit=True):
        name = st.text_input(f"Save this {thing} as", max_chars=LONGEST_NAME, key="saved_view_name")
        if not st.form_submit_button(f"Save this {thing}", icon=":material/bookmark_add:"):
            return
    views = session.services.saved_views
    _do(lambda: _open(views.save(session.viewer, place, name, parameters)))


def _offer_to_rename(session: Session, view: SavedView) -> None:
    with st.form(f"saved_view_rename_{view.id}", border=False):
        name = st.text_input("Name", view.name, max_chars=LONGEST_NAME, key=f"name_of_{view.id}")
        if not st.form_submit_button("Rename"):
            return
    views = session.services.saved_views
    _do(lambda: views.rename(session.viewer, view, name))


@st.dialog("Delete it?", icon=":material/delete:")
def _ask_to_delete(session: Session, view: SavedView) -> None:
    st.markdown(
        f"**{escaped(view.name)}** is gone for everybody then. What it shows stays as it is."
    )
    if st.button("Delete it", key="saved_view_confirm"):
        _do(lambda: session.services.saved_views.delete(session.viewer, view))


def _do(change: Callable[[], object]) -> None:
    try:
        change()
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.rerun()
