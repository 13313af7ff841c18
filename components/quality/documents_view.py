"""The documents behind most bad answers: those reviewers named, and apart those answers rest on."""

from collections.abc import Sequence

import streamlit as st

from backend.quality.record import Document
from backend.quality.report import in_words
from backend.request_logs.query import LogQuery
from components import states
from components.plain_text import escaped
from components.quality import request_list, words
from components.quality.kept import kept
from components.request_logs.readable import one_line
from components.session import Session


def draw(session: Session, query: LogQuery) -> None:
    """Draw both lists, ten documents at most in each."""
    with st.spinner("Reading which documents the answers rest on …"):
        found = kept(
            "documents", query, lambda: session.services.quality.documents(session.viewer, query)
        )
    if not found.named and not found.behind:
        states.empty(
            "No document is behind a bad answer",
            "Nobody called a source, or an answer with sources, wrong in this time. Reviewers "
            "judge sources below an answer in the chat.",
        )
        return
    st.subheader("Called wrong themselves", anchor=False)
    if found.named_requests:
        looked = _looked(found.named_requests, found.is_cut)
        st.caption(f"What reviewers said of single sources, in {looked}.")
        _draw_documents(session, query, found.named, "named")
    else:
        st.caption("Nobody has judged single sources in this time.")
    st.subheader("Behind wrong answers", anchor=False)
    st.caption(
        f"Weaker evidence: how often an answer over the document was called wrong, in "
        f"{_looked(found.behind_requests, found.is_cut)}. The document need not be at fault."
    )
    if found.without_sources:
        st.caption(f"{words.count(found.without_sources, 'answer')} had no sources on record.")
    _draw_documents(session, query, found.behind, "behind")


def _looked(requests: int, is_cut: bool) -> str:
    number = words.count(requests, "judged answer")
    return f"the newest {number}" if is_cut else number


def _draw_documents(
    session: Session, query: LogQuery, documents: Sequence[Document], kind: str
) -> None:
    if not documents:
        st.caption("None.")
    for place, each in enumerate(documents):
        with st.container(border=True, gap="xsmall", key=f"quality_document_{kind}_{place}"):
            st.markdown(f"**{escaped(one_line(each.name))}**")
            st.markdown(in_words(each.wrong))
            request_list.draw_folded(
                session, query, each.request_ids, f"{kind}:{each.name}", f"{kind}_{place}"
            )
