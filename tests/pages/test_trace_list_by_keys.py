"""The list of traces under a hand: a click opens one, keys go through it, and Enter opens one."""

import pytest

from backend.identity import Role
from backend.trace_search.record import TraceQuery
from components.trace_search import hand
from tests.pages.searched import address_of, open_at

TABLE = f"traces_{hash((TraceQuery(), ''))}"
SECOND = {"selection": {"rows": [], "columns": [], "cells": [(1, "Question")]}}


@pytest.fixture
def listed(visit):
    """An analyst before a list of two traces."""
    visit.identity.roles = {Role.ANALYST}
    return open_at()


def test_clicked_cell_opens_its_trace(listed):
    """One click is enough."""
    listed.session_state[TABLE] = SECOND
    listed.run()

    assert address_of(listed) == {"trace": "tr-2"}


def test_cell_the_keys_have_come_to_opens_nothing(listed):
    """Nobody leaves a page by merely going through it."""
    listed.session_state[hand.KEY] = {"by": hand.KEYS}
    listed.session_state[TABLE] = SECOND
    listed.run()

    assert address_of(listed) == {}
