"""What the address of the page of quality says, and the addresses behind its numbers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import streamlit as st

from backend.identity import Role, Viewer
from backend.request_logs.log_conditions import MOST_PICKED
from backend.request_logs.query import LogQuery

PAGE = "../pages/quality.py"
REQUESTS = "../pages/request_logs.py"
CHAT = "../pages/chat.py"
VIEW, VERSION, OTHER, GROUP = "view", "version", "other", "group"
ENDPOINT, SPAN = "endpoint", "span"
# The view in which two versions are compared.
VERSIONS = "versions"


def query(endpoint: str) -> LogQuery:
    """Return which requests are looked at; of other filters the page knows nothing."""
    given = {name: str(text) for name, text in st.query_params.to_dict().items()}
    named = LogQuery.from_parameters(given, endpoint)
    return LogQuery(
        endpoint, named.span, named.since, named.until, named.version, with_own=named.with_own
    )


def value(name: str) -> str:
    """Return what the address says under a name; empty if nothing."""
    return str(st.query_params.get(name, ""))


def put(name: str, text: str) -> None:
    """Say something in the address, or no longer."""
    if text:
        st.query_params[name] = text
    elif name in st.query_params:
        del st.query_params[name]


def choose_group(name: str) -> None:
    """Show the questions of a group on the page, or of none."""
    put(GROUP, name)


def choose_version(name: str) -> None:
    """Look at one version alone, in every view."""
    put(VERSION, name)


def link(label: str, wanted: LogQuery) -> None:
    """Draw a link to the requests behind a number."""
    st.page_link(
        REQUESTS,
        label=label,
        icon=":material/chevron_right:",
        icon_position="right",
        query_params=wanted.parameters(),
    )


def link_to_request(label: str, query: LogQuery, request_id: str) -> None:
    """Draw a link that opens one request."""
    # Its endpoint and the time are enough: a filter might leave it out.
    wanted = LogQuery(query.endpoint, query.span, query.since, query.until)
    parameters = wanted.parameters() | {"open": request_id}
    st.page_link(REQUESTS, label=label, icon=":material/open_in_new:", query_params=parameters)


def link_to_requests(label: str, query: LogQuery, request_ids: Sequence[str]) -> None:
    """Draw a link to all of these requests, or to the first of very many."""
    link(label, LogQuery(query.endpoint, requests=tuple(request_ids[:MOST_PICKED])))


def link_to_conversation(viewer: Viewer, query: LogQuery, conversation_id: str) -> None:
    """Draw a link to the conversation: where it can be judged, or for others what was asked."""
    if conversation_id:
        whole = replace(query, version="", conversation=conversation_id)
        parameters = {"conversation": conversation_id, "endpoint": query.endpoint}
        # Only reviewers have the chat in their menu, and there is no link to a page out of it.
        is_reviewer = viewer.has_any((Role.REVIEWER,))
        st.page_link(
            CHAT if is_reviewer else REQUESTS,
            label="Conversation",
            icon=":material/forum:",
            query_params=parameters if is_reviewer else whole.parameters(),
        )


def of_days(query: LogQuery, since: datetime, days: int) -> LogQuery:
    """Return the requests of one span of time, as far as it is looked at."""
    first, last = query.moments()
    end = since + timedelta(days=days)
    return replace(query, since=max(since, first), until=min(end, last) if last else end)
