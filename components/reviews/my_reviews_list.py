"""A reviewer's verdicts as a list: how it stands with all of them, then one after the other."""

from collections import Counter
from enum import StrEnum

import streamlit as st

from backend.errors import ReviewAppError
from backend.feedback.verdicts import Thumb
from backend.reviews.my_reviews import MyReviews, Review
from backend.reviews.outcomes import State
from backend.serving.endpoints import Endpoint
from backend.serving.reviewer_guide import ReviewerGuide
from components.chat import recheck
from components.chat.endpoint_card import title_of
from components.plain_text import escaped
from components.reviews import review_card
from components.session import Session

PAGE = 20
_SHOWN = "reviews_shown"
_EVERY_CHAIN = ""

# Long words, such as addresses, break where the card ends.
_STYLE = """<style>
[class*="st-key-review_"] [data-testid="stText"] { overflow-wrap: anywhere; }
</style>"""


class Shown(StrEnum):
    """Which verdicts the list shows."""

    ALL = "All"
    TO_RECHECK = "To re-check"
    WRONG = "Wrong"
    RIGHT = "Right"
    UNKNOWN = "Don't know"


_THUMBS = {
    Shown.WRONG: Thumb.NEGATIVE,
    Shown.RIGHT: Thumb.POSITIVE,
    Shown.UNKNOWN: Thumb.UNKNOWN,
}


def headline(mine: MyReviews) -> str:
    """Return how it stands with what was flagged: "You flagged 12 answers: 9 fixed …"."""
    flagged = [each for each in mine.reviews if each.outcome]
    if not flagged:
        judged = len(mine.reviews)
        return f"You judged {_count(judged, 'answer')} and flagged none as wrong."
    stands = list(_stands(mine))
    rest = f": {', '.join(stands)}" if stands else ""
    return f"You flagged {_count(len(flagged), 'answer')} as wrong{rest}."


def _stands(mine: MyReviews) -> list[str]:
    fixed = Counter(e.outcome.version for e in mine.with_state(State.FIXED) if e.outcome)
    parts = [
        f"{count} fixed in version {version}"
        for version, count in sorted(fixed.items(), key=lambda item: -(item[0] or 0))
    ]
    words = {
        State.TO_RECHECK: "to re-check",
        State.STILL_WRONG: "still wrong",
        State.WAITING: "waiting for a newer version",
        State.UNKNOWN: "of which the version is not known",
    }
    counts = {state: len(mine.with_state(state)) for state in words}
    return parts + [f"{count} {words[state]}" for state, count in counts.items() if count]


@st.fragment
def draw(session: Session, mine: MyReviews, chains: list[Endpoint]) -> None:
    """Draw filters and verdicts; choosing among them asks nobody anything."""
    st.html(_STYLE)
    titles = {each.name: title_of(each) for each in chains}
    found = _filtered(mine, titles)
    guides = {each.name: each.guide for each in chains}
    for review in found[: _shown()]:
        _draw_review(session, review, titles, guides.get(review.endpoint, ReviewerGuide()))
    if not found:
        st.caption("No verdict of yours is like this.")
    _offer_more(len(found))


def _filtered(mine: MyReviews, titles: dict[str, str]) -> list[Review]:
    names = list(dict.fromkeys(each.endpoint for each in mine.reviews))
    kind = st.pills(
        "Which verdicts",
        [
            each
            for each in Shown
            if each is not Shown.TO_RECHECK or mine.with_state(State.TO_RECHECK)
        ],
        default=Shown.ALL,
        required=True,
        key="reviews_kind",
        on_change=_from_the_start,
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, gap="small", key="review_filters"):
        search = st.text_input(
            "Search your verdicts",
            key="reviews_search",
            placeholder="Search",
            icon=":material/search:",
            label_visibility="collapsed",
            on_change=_from_the_start,
        )
        chain = _EVERY_CHAIN
        if len(names) > 1:
            chain = st.selectbox(
                "Chain",
                [_EVERY_CHAIN, *names],
                format_func=lambda name: titles.get(name, name) if name else "Every chain",
                key="reviews_chain",
                on_change=_from_the_start,
                label_visibility="collapsed",
            )
    return [
        each
        for each in mine.reviews
        if _is_kind(each, kind) and chain in (_EVERY_CHAIN, each.endpoint) and each.matches(search)
    ]


def _is_kind(review: Review, kind: Shown) -> bool:
    if kind is Shown.TO_RECHECK:
        return bool(review.outcome and review.outcome.state is State.TO_RECHECK)
    return kind is Shown.ALL or review.verdict.thumb is _THUMBS[kind]


def _draw_review(
    session: Session, review: Review, titles: dict[str, str], guide: ReviewerGuide
) -> None:
    key = f"{review.endpoint}_{review.verdict.request_id}"
    with st.container(border=True, gap="xsmall", key=f"review_{key}"):
        review_card.draw(review, titles.get(review.endpoint, review.endpoint), guide)
        problem = None
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if _can_be_rechecked(review) and review.endpoint in titles:
                problem = _offer_recheck(session, review, key)
            _offer_conversation(review)
        if problem:
            st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")


def _offer_conversation(review: Review) -> None:
    if review.request and review.request.conversation_id:
        st.page_link(
            recheck.CHAT_PAGE,
            label="Open the conversation",
            icon=":material/forum:",
            query_params={
                "conversation": review.request.conversation_id,
                "endpoint": review.endpoint,
            },
        )


def _can_be_rechecked(review: Review) -> bool:
    is_wanted = review.outcome and review.outcome.state is State.TO_RECHECK
    return bool(is_wanted and review.request and review.request.question)


def _offer_recheck(session: Session, review: Review, key: str) -> ReviewAppError | None:
    """Offer to put the question again, which only a click does; return why it could not be."""
    if st.button("Ask again", icon=":material/refresh:", key=f"recheck_{key}"):
        try:
            recheck.begin(session, review)
        except ReviewAppError as problem:
            return problem
    return None


def _shown() -> int:
    return int(st.session_state.get(_SHOWN, PAGE))


def _from_the_start() -> None:
    st.session_state.pop(_SHOWN, None)


def _offer_more(count: int) -> None:
    more = count - _shown()
    if more > 0:
        label = f"Show {min(more, PAGE)} more of {more}" if more > PAGE else f"Show {more} more"
        st.button(label, icon=":material/expand_more:", on_click=_show_more)


def _show_more() -> None:
    st.session_state[_SHOWN] = _shown() + PAGE


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
