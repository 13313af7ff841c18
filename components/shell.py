"""The script behind every page: who is it, which pages are theirs, and what if something breaks.

It lies beside no `pages/` folder on purpose: otherwise Streamlit would run the page of a deep link
directly in a fresh process, without passing here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.errors import FragmentHandledException
from streamlit.navigation.page import StreamlitPage

from backend import services
from backend.identity import Role, Viewer
from backend.reachability import OUTAGE
from components import boundary, frame, outage_notice, states
from components.chat import conversation_link
from components.replay import link as replay_link
from components.session import Session, current_token, remember, remembered

PAGES = Path(__file__).resolve().parents[1] / "pages"


@dataclass(frozen=True)
class Place:
    """A page in the menu and whose it is; the page itself asks again."""

    group: str
    file: str
    title: str
    icon: str
    roles: tuple[Role, ...]
    # Who comes here only by a link to a conversation, or to what else there are links to.
    linked_roles: tuple[Role, ...] = ()
    is_linked: Callable[[], bool] = conversation_link.is_linked

    def is_for(self, viewer: Viewer) -> bool:
        """Tell whether it is in this person's menu."""
        is_linked = self.is_linked() and viewer.has_any(self.linked_roles)
        return is_linked or viewer.has_any(self.roles)


REVIEW = "Review"
ANALYSE = "Analyse"
OPERATE = "Operate"
PLACES = (
    Place(REVIEW, "chat.py", "Chat", ":material/forum:", (Role.REVIEWER,), (Role.ANALYST,)),
    Place(REVIEW, "my_reviews.py", "My reviews", ":material/fact_check:", (Role.REVIEWER,)),
    Place(REVIEW, "home.py", "Chains", ":material/home:", (Role.REVIEWER, Role.ANALYST)),
    Place(ANALYSE, "request_logs.py", "Request logs", ":material/receipt_long:", (Role.ANALYST,)),
    Place(ANALYSE, "traces.py", "Traces", ":material/account_tree:", (Role.ANALYST,)),
    Place(ANALYSE, "quality.py", "Quality", ":material/insights:", (Role.ANALYST,)),
    Place(ANALYSE, "sql_console.py", "SQL", ":material/database:", (Role.ANALYST,)),
    Place(OPERATE, "models.py", "Models", ":material/deployed_code:", (Role.ADMIN,)),
    Place(OPERATE, "deployments.py", "Deployments", ":material/rocket_launch:", (Role.ADMIN,)),
    Place(OPERATE, "endpoint_tests.py", "Tests", ":material/speed:", (Role.ADMIN,)),
    Place(
        OPERATE,
        "replay.py",
        "Replay",
        ":material/replay:",
        (Role.ADMIN,),
        (Role.REVIEWER, Role.ANALYST),
        replay_link.is_linked,
    ),
    Place(OPERATE, "access.py", "Access", ":material/key:", (Role.ADMIN,)),
    Place(OPERATE, "storage.py", "Storage", ":material/hard_drive:", (Role.ADMIN,)),
    Place(OPERATE, "erase_person.py", "Erase a person", ":material/person_remove:", (Role.ADMIN,)),
)


def main() -> None:
    """Draw the page the address names, or what there is to say instead."""
    frame.open_page()
    page = _navigation(remembered())
    try:
        _draw(page)
    except FragmentHandledException:
        pass  # What was raised in a part of the page is told in that part.
    # Whatever nobody expected must end in a sentence, too, not in a stack trace.
    except Exception as error:  # noqa: BLE001 - the boundary logs it
        boundary.show(error)


def _navigation(session: Session | None) -> StreamlitPage:
    """Put the person's pages into the menu and return the one the address names.

    Whoever has none keeps all addresses without a menu: the page says what is missing, and a deep
    link still leads there after signing in.
    """
    theirs = [place for place in PLACES if session and place.is_for(session.viewer)]
    menu: dict[str, list[StreamlitPage]] = {}
    for place in theirs or PLACES:
        menu.setdefault(place.group, []).append(_page(place))
    # All of it: folded, its last pages would be behind "View more".
    return st.navigation(menu, position="sidebar" if theirs else "hidden", expanded=True)


def _page(place: Place) -> StreamlitPage:
    return st.Page(
        PAGES / place.file, title=place.title, icon=place.icon, default=place is PLACES[0]
    )


def _draw(page: StreamlitPage) -> None:
    session = _session()
    if session is None:
        states.sign_in()
        return
    frame.draw_sidebar(session.viewer, session.services.identity.workspace)
    with outage_notice.above(session):
        page.run()


def _session() -> Session | None:
    """Return who is here, asking the workspace again once in a while; None without a token."""
    token = current_token()
    if token is None:
        return None
    known = remembered()
    if known and known.is_fresh:
        return known
    session = _asked(token, known)
    remember(session)
    if known is None or known.viewer.roles != session.viewer.roles:
        st.rerun()  # The menu was made for somebody with other roles.
    return session


def _asked(token: str, known: Session | None) -> Session:
    """Ask the workspace who this is; what is on the screen stays while it is away."""
    try:
        opened = known.services if known else _connect(token)
        return Session(token=token, services=opened, viewer=opened.identity.viewer())
    except OUTAGE:
        if known is None or (unconfirmed := known.unconfirmed()) is None:
            raise
        known.services.reachability.doubt()
        return unconfirmed


def _connect(token: str) -> services.Services:
    return services.connect(services.Settings.from_environment(), token)


main()
