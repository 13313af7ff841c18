"""Access: who may do what with each chain, what its reviewers are told and asked, who is let in."""

import streamlit as st

from backend.errors import NotAllowed, NotFound, ReviewAppError
from backend.identity import Role
from backend.serving.endpoints import Endpoint
from components import states
from components.access import entries as access_entries
from components.access import guide as access_guide
from components.access import matrix as access_matrix
from components.access import people as access_people
from components.access import questions as access_questions
from components.access import reasons as access_reasons
from components.chat import chain_chooser, endpoint_card
from components.session import Session, require

# What the address calls them, and what the page does.
VIEWS = {
    "list": "Who may what",
    "guide": "What reviewers read",
    "questions": "What reviewers are asked",
    "people": "People",
}
# What is chosen has a colour that is too light on a dark page.
_STYLE = """<style>
[data-testid=stMultiSelectTagsContainer] [data-tag],
[data-testid=stMultiSelectTagsContainer] [data-tag] * { color: inherit !important; }
[data-testid=stMultiSelectTagsContainer] [data-tag] {
  background: color-mix(in srgb, currentColor 14%, transparent) !important; }
</style>"""
_NOTHING = (
    "Nothing is deployed yet",
    "Deploy a registered version with backend.agents.deploy. Who may ask it is set here then.",
)


def _view() -> str:
    """Let the admin choose what to look at; the address names it."""
    named = st.query_params.get("view", "")
    chosen = st.segmented_control(
        "Show",
        list(VIEWS),
        default=named if named in VIEWS else "list",
        format_func=lambda each: VIEWS[each],
        label_visibility="collapsed",
        required=True,
        key="access_view",
    )
    view = str(chosen or "list")
    st.query_params["view"] = view
    return view


def _choose(found: list[Endpoint]) -> Endpoint:
    """Let the admin choose a chain; the address names its endpoint."""
    by_name = {each.name: each for each in found}
    named = st.query_params.get("endpoint", "")
    chosen = st.selectbox(
        "Chain",
        list(by_name),
        index=list(by_name).index(named) if named in by_name else 0,
        format_func=lambda name: endpoint_card.title_of(by_name[name]),
        key="access_endpoint",
    )
    st.query_params["endpoint"] = chosen
    return by_name[chosen]


def _draw_lists(session: Session, found: list[Endpoint]) -> None:
    titles = {each.name: endpoint_card.title_of(each) for each in found}
    chosen = _choose(found)
    try:
        access = session.services.access.read(session.viewer, chosen.name)
    except (NotFound, NotAllowed):
        states.empty("This chain is gone", "Somebody deleted it, or took your right to see it.")
    else:
        access_entries.draw(session, access, titles[chosen.name])
    st.caption(
        "What was asked and answered is open to analysts and admins. Who that is, is under People."
    )
    # Every chain is a request or two, which is too much for every click.
    if len(found) > 1 and st.toggle("Show all chains in one table", key="access_all"):
        access_matrix.draw(session.services.access.overview(session.viewer, titles), titles)


def _draw_guide(session: Session, found: list[Endpoint]) -> None:
    chosen = _choose(found)
    guide = session.services.review_setup.guide(session.viewer, chosen.name)
    access_guide.draw(session, chosen.name, guide, endpoint_card.usual_title_of(chosen))


def _draw_questions(session: Session, found: list[Endpoint]) -> None:
    chosen = _choose(found)
    setup = session.services.review_setup
    guide = setup.guide(session.viewer, chosen.name)
    st.subheader("Reasons", anchor=False)
    access_reasons.draw(session, chosen.name, guide)
    st.subheader("Questions of your own", anchor=False)
    try:
        with st.spinner("Asking MLflow …"):
            known = setup.questions(session.viewer, chosen.name)
    except ReviewAppError as problem:
        states.error(problem, key="_questions")
        return
    access_questions.draw(session, chosen.name, guide, known)


session = require(Role.ADMIN)
st.title("Access", anchor=False)
st.html(_STYLE)
view = _view()
found = chain_chooser.chains(session)
if view == "people":
    access_people.draw(session, {each.name: endpoint_card.title_of(each) for each in found})
elif not found:
    states.empty(*_NOTHING)
elif view == "list":
    _draw_lists(session, found)
elif view == "guide":
    _draw_guide(session, found)
else:
    _draw_questions(session, found)
