"""From one request to those like it: by what answered, who asked, how it ended, what was asked."""

from collections.abc import Iterator
from dataclasses import replace

import streamlit as st

from backend.request_logs.query import LogQuery
from backend.request_logs.record import QUESTION_CHARACTERS, LogRow
from components.plain_text import escaped
from components.request_logs import address, words
from components.request_logs.readable import cut, one_line

LONGEST = 60
_USUAL_STATUS = 200


def draw(query: LogQuery, row: LogRow) -> None:
    """Offer one more filter at a time; those there are stay."""
    key = f"log_alike_{row.request_id}"
    with st.popover("More like this", icon=":material/filter_list:", type="tertiary", key=key):
        st.caption("Filter the list by what this request has:")
        others = [each for each in of(query, row) if each[1] != query]
        for number, (said, wanted) in enumerate(others):
            if st.button(escaped(cut(one_line(said), LONGEST)), key=f"{key}_{number}"):
                address.put(wanted)
                address.set_opened(row.request_id)
                # The filters are not in this part of the page.
                st.rerun()


def of(query: LogQuery, row: LogRow) -> Iterator[tuple[str, LogQuery]]:
    """Yield in words what can be filtered by, and the requests that have it."""
    if row.version:
        yield words.version(row.version), replace(query, version=row.version)
    if row.error_code:
        yield f"Error {row.error_code}", replace(query, error_code=row.error_code)
    elif row.status != _USUAL_STATUS:
        said = f"Status {words.status(str(row.status))}"
        yield said, replace(query, status=row.status)
    if row.requester:
        yield f"Asked by {row.requester}", replace(query, requester=row.requester)
    if row.conversation_id:
        yield "The same conversation", replace(query, conversation=row.conversation_id)
    if row.latency_ms:
        said = f"Took {words.milliseconds(row.latency_ms)} or longer"
        yield said, replace(query, min_ms=row.latency_ms)
    # Of a longer question only the beginning is known here, which others may share.
    if row.question.strip() and len(row.question) < QUESTION_CHARACTERS:
        yield "The same question", replace(query, text=row.question.strip())
