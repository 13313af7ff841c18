"""What is around one request: its conversation, those like it, the release it belongs to."""

from backend.conversations.conversations import RecordedConversation
from backend.errors import NotAllowed, NotFound
from backend.request_logs.query import LogQuery, Said
from backend.turns.answers import Answer, Conversation, Turn
from tests.pages.deployed import ENDPOINT, release
from tests.pages.logged_requests import (
    address_of,
    open_at,
    query_of,
    row,
    unfold,
)


def test_earlier_turns_are_read_when_somebody_asks(visit, logs, shown):
    """Those this request follows, not those of other branches or later ones."""
    turns = (
        Turn("First?", Answer("One.", "r9")),
        Turn("Second?", Answer("Two.", "r8"), follows=0),
        Turn("Other branch?", Answer("Three.", "r7"), follows=0),
        Turn("Question 3", Answer("Four.", "r3"), follows=1),
        Turn("Later?", Answer("Five.", "r1"), follows=3),
    )
    conversation = Conversation("c1", ENDPOINT, turns, turns)
    visit.conversations.recorded = RecordedConversation(conversation, "rita@example.com", "Leave")
    at = open_at(visit, open="r3")
    assert visit.conversations.opened == []

    unfold(at, "log_before_r3")

    text = shown(at)
    assert visit.conversations.opened == [("c1", ENDPOINT)]
    assert text.index("First?") < text.index("Second?") < text.index("You get")
    assert "Other branch?" not in text
    assert "Later?" not in text
    at.button(key="log_conversation_r3").click().run()
    assert logs.last("page")[1].conversation == "c1"
    assert "open" not in address_of(at)


def test_conversation_that_cannot_be_read_says_so(visit, logs, shown):
    """The request itself is there."""
    visit.conversations.recorded = NotFound()
    at = unfold(open_at(visit, open="r3"), "log_before_r3")
    assert "Nothing else of this conversation can be shown." in shown(at)

    visit.conversations.recorded = NotAllowed()
    at = unfold(open_at(visit, open="r3"), "log_before_r3")
    assert "You do not have permission for this." in shown(at)


def test_those_like_this_one_are_a_click_away(visit, logs):
    """One more filter at a time; what is open stays open, and no filter is offered twice."""
    logs.rows[3] = row(3, status=500, error_code="CHAIN_FAILED")
    at = open_at(visit, open="r3", said="down")

    def offered():
        return [each for each in at.button if each.key.startswith("log_alike_")]

    assert [each.label.replace("\\", "").replace("\u2060", "") for each in offered()] == [
        "Version 2",
        "Error CHAIN_FAILED",
        "Asked by rita@example.com",
        "The same conversation",
        "Took 103 ms or longer",
        "The same question",
    ]
    for number in range(6, 0, -1):
        assert len(offered()) == number
        offered()[0].click().run()

    assert address_of(at)["open"] == "r3"
    assert query_of(at) == LogQuery(
        ENDPOINT,
        version="2",
        error_code="CHAIN_FAILED",
        requester="rita@example.com",
        conversation="c1",
        min_ms=103,
        text="Question 3",
        said=Said.DOWN,
    )
    assert not at.exception


def test_release_is_looked_up_when_somebody_asks(visit, logs, shown):
    """In the ledger, by the request's id."""
    visit.release_search.requests = {"r3": release(), "r4": None}
    at = unfold(open_at(visit, open="r3"), "log_release_r3")
    assert "Deployed from version 1 to version 2" in shown(at)

    at = unfold(open_at(visit, open="r4"), "log_release_r4")
    assert "Nothing on record says because of which release" in shown(at)
