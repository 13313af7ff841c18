"""What a reviewer has said so far, and what became of the answers that were wrong."""

import streamlit as st

from backend.identity import Role
from backend.reviews.my_reviews import MyReviews
from backend.serving.endpoints import Endpoint
from components import states
from components.chat import chain_chooser, recheck
from components.chat.endpoint_card import title_of
from components.plain_text import escaped
from components.reviews import my_reviews_list
from components.session import require


def _say_what_is_missing(mine: MyReviews, chains: list[Endpoint]) -> None:
    titles = {each.name: title_of(each) for each in chains}
    for name, problem in mine.missing.items():
        with st.container(border=True, gap="small", key=f"missing_{name}"):
            title = escaped(titles.get(name, name))
            sentence = escaped(problem.sentence)
            st.markdown(f":material/cloud_off: **{title}** cannot be read now. {sentence}")
    if mine.missing:
        st.button("Look again", icon=":material/refresh:")
    for name in mine.cut:
        st.caption(f"Of {escaped(titles.get(name, name))} only your last verdicts are shown.")


def _say_how_to_start() -> None:
    states.empty(
        "You have not judged any answer yet",
        "Ask a chain something and say whether its answer is right. What you said, and what "
        "became of it, is listed here.",
    )
    st.page_link(recheck.CHAT_PAGE, label="Go to the chat", icon=":material/forum:")


session = require(Role.REVIEWER)
st.title("My reviews", anchor=False)
with st.spinner("Looking for your verdicts …"):
    chains = chain_chooser.chains(session)
    mine = session.services.my_reviews.mine(session.viewer)
if mine.reviews:
    st.markdown(my_reviews_list.headline(mine))
_say_what_is_missing(mine, chains)
if mine.reviews:
    my_reviews_list.draw(session, mine, chains)
elif not mine.missing:
    _say_how_to_start()
