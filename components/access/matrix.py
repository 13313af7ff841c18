"""Who may do what with which chain, as one table: a row for each of them, a column for a chain."""

from collections.abc import Mapping

import streamlit as st

from backend.access.lists import EndpointAccess, Grantee, Kind
from components.access import words as access_words

_ORDER = (Kind.GROUP, Kind.PERSON, Kind.PROGRAM)


def draw(lists: tuple[EndpointAccess, ...], titles: Mapping[str, str]) -> None:
    """Draw the table; a chain whose title another one has, too, goes by its endpoint's name."""
    columns = {each.endpoint: _title(each.endpoint, titles) for each in lists}
    rows = [
        {"Who": access_words.name_of(grantee)}
        | {columns[each.endpoint]: access_words.level_of(each.entry_of(grantee)) for each in lists}
        for grantee in _grantees(lists)
    ]
    st.dataframe(rows, hide_index=True, width="stretch", key="access_matrix")


def _grantees(lists: tuple[EndpointAccess, ...]) -> list[Grantee]:
    found = {entry.grantee for each in lists for entry in each.entries}
    return sorted(found, key=lambda each: (_ORDER.index(each.kind), each.name))


def _title(endpoint: str, titles: Mapping[str, str]) -> str:
    title = titles.get(endpoint, endpoint)
    return endpoint if list(titles.values()).count(title) > 1 or title == "Who" else title
