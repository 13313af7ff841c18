"""The script behind every page: who is it, which pages are theirs, and what if something breaks.

It lies beside no `pages/` folder on purpose: otherwise Streamlit would run the page of a deep link
directly in a fresh process, without passing here.
"""

import logging
import traceback
import uuid
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from backend import services
from backend.errors import ReviewAppError, SignInNeeded, Unexpected
from backend.identity import Role, Viewer
from components import conversation_link, frame, states
from components.session import Session, current_token, remember, remembered

PAGES = Path(__file__).resolve().parents[1] / "pages"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """A page in the menu and whose it is; the page itself asks again."""

    group: str
    file: str
    title: str
    icon: str
    roles: tuple[Role, ...]
    # Who comes here only by a link to a conversation.
    linked_roles: tuple[Role, ...] = ()

    def is_for(self, viewer: Viewer) -> bool:
        """Tell whether it is in this person's menu."""
        is_linked = conversation_link.is_linked() and viewer.has_any(self.linked_roles)
        return is_linked or viewer.has_any(self.roles)


REVIEW = "Review"
PLACES = (
    Place(REVIEW, "chat.py", "Chat", ":material/forum:", (Role.REVIEWER,), (Role.ANALYST,)),
    Place(REVIEW, "home.py", "Chains", ":material/home:", (Role.REVIEWER, Role.ANALYST)),
)


def main() -> None:
    """Draw the page the address names, or what there is to say instead."""
    frame.open_page()
    page = _navigation(remembered())
    try:
        _draw(page)
    except SignInNeeded as error:
        states.sign_in(error.sentence)
    except ReviewAppError as error:
        states.error(error, _details(error))
    # The one boundary: whatever nobody expected must end in a sentence, not in a stack trace.
    except Exception as error:
        reference = uuid.uuid4().hex[:12]
        logger.error("Unexpected error, request id %s", reference, exc_info=error)
        states.error(Unexpected(request_id=reference), _details(error))


def _navigation(session: Session | None) -> StreamlitPage:
    """Put the person's pages into the menu and return the one the address names.

    Whoever has none keeps all addresses without a menu: the page says what is missing, and a deep
    link still leads there after signing in.
    """
    theirs = [place for place in PLACES if session and place.is_for(session.viewer)]
    menu: dict[str, list[StreamlitPage]] = {}
    for place in theirs or PLACES:
        menu.setdefault(place.group, []).append(_page(place))
    return st.navigation(menu, position="sidebar" if theirs else "hidden")


def _page(place: Place) -> StreamlitPage:
    return st.Page(
        PAGES / place.file, title=place.title, icon=place.icon, default=place is PLACES[0]
    )


def _draw(page: StreamlitPage) -> None:
    session = _session()
    if session is None:
        states.sign_in()
        return
    frame.draw_person(session.viewer)
    page.run()


def _session() -> Session | None:
    """Return who is here, asking the workspace again once in a while; None without a token."""
    token = current_token()
    if token is None:
        return None
    known = remembered()
    if known and known.is_fresh:
        return known
    opened = known.services if known else _connect(token)
    session = Session(token=token, services=opened, viewer=opened.identity.viewer())
    remember(session)
    if known is None or known.viewer.roles != session.viewer.roles:
        st.rerun()  # The menu was made for somebody with other roles.
    return session


def _connect(token: str) -> services.Services:
    return services.connect(services.Settings.from_environment(), token)


def _details(error: Exception) -> str | None:
    """Return the stack trace for administrators; everybody else gets none."""
    session = remembered()
    if session is None or Role.ADMIN not in session.viewer.roles:
        return None
    return "".join(traceback.format_exception(error))


main()
