"""A report of all of it to keep or to send: one HTML file that needs nothing else, or Markdown."""

import streamlit as st

from backend.quality import report_html, report_markdown
from backend.request_logs.query import LogQuery
from components.plain_text import escaped
from components.quality import words
from components.quality.kept import kept
from components.session import Session

_MADE = "quality_report_of"


def draw(session: Session, query: LogQuery) -> None:
    """Draw what is in it and a button that makes it; then what it begins with, and the files."""
    st.markdown(
        "All views of this time in one file: what people say with its intervals, topics, "
        "documents, where reviewers differ, what to judge next, and the two newest judged "
        "versions compared."
    )
    st.caption(
        "It holds questions people asked and the names of reviewers. It can be made on a "
        "schedule, too: see backend.quality.weekly."
    )
    if st.button("Make the report", icon=":material/description:", key="quality_report"):
        st.session_state[_MADE] = query
    if st.session_state.get(_MADE) != query:
        return
    with st.spinner("Making the report …"):
        found = kept(
            "report", query, lambda: session.services.quality.report(session.viewer, query)
        )
    report = words.with_words_for_reasons(found)
    for sentence in report.summary():
        st.markdown(escaped(sentence))
    with st.container(horizontal=True, gap="small"):
        for ending, word, module in (
            ("html", "HTML", report_html),
            ("md", "Markdown", report_markdown),
        ):
            st.download_button(
                f"Download as {word}",
                module.written(report),
                file_name=f"{report.file_name}.{ending}",
                mime=module.MEDIA_TYPE,
                icon=":material/download:",
                key=f"quality_download_{ending}",
                on_click="ignore",
            )
