"""The conversations open in this tab: what was asked, what has come, and what was said about it.

Knows no drawing. A conversation is a tree: a question that is asked again, or in other words,
follows what its former version followed, and what came of that stays where it was. An entry is put
here before anything is asked, so that a script run that is cut off at any point loses nothing.
"""

import uuid
from dataclasses import dataclass, field

import streamlit as st

from backend.errors import ReviewAppError
from backend.feedback.verdicts import Verdict
from backend.turns.answers import Answer, Conversation, Turn
from backend.turns.chat_requests import BEGINNING
from components.chat.arriving import Arrival
from components.chat.comparison_terms import Terms
from components.chat.rival import Rival

_KEY = "chats"
_LEFT = "left_chats"


@dataclass
class Judgement:
    """The verdict as it stands on the page, and whether it is on record."""

    verdict: Verdict
    is_saved: bool = False
    problem: ReviewAppError | None = None


@dataclass(eq=False)
class Entry:
    """One question and what became of it."""

    question: str
    # The entry whose answer was the last when this was asked.
    follows: "Entry | None" = field(default=None, repr=False)
    key: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    # What the app calls the request, also if it is cut off before the workspace has named it.
    client_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    # While the answer arrives. It is put here once, and nothing is ever asked twice.
    arrival: Arrival | None = None
    # Another version's answer to it, where the two are compared.
    rival: Rival | None = None
    answer: Answer | None = None
    problem: ReviewAppError | None = None
    judgement: Judgement | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether something is still to come."""
        return self.answer is None and self.problem is None

    @property
    def is_waiting(self) -> bool:
        """Tell whether it has not been asked yet."""
        return self.is_open and self.arrival is None

    @property
    def request_id(self) -> str | None:
        """Return what the workspace calls the request."""
        known = self.answer or self.problem
        return known.request_id if known else None

    def settle(self) -> None:
        """Keep what came of an answer that has arrived, or whose request has ended."""
        arrival = self.arrival
        if arrival is None or not arrival.is_over:
            return
        if self.rival and self.rival.is_awaited(arrival.so_far):
            return
        self.arrival, self.answer = None, arrival.so_far
        came = arrival.outcome()
        if isinstance(came, ReviewAppError):
            self.answer, self.problem = None, came
        else:
            self.answer = self.rival.beside(came) if self.rival else came


@dataclass
class Chat:
    """One conversation with one chain, and which of its branches stands on the page."""

    endpoint: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    # All that was ever asked, in the order of its time.
    asked: list[Entry] = field(default_factory=list)
    # The last entry of the branch on the page.
    last: Entry | None = None
    # The question that is being worded anew.
    edited: Entry | None = None
    # Whether the next question is answered by two versions.
    terms: Terms = field(default_factory=Terms)

    @property
    def entries(self) -> list[Entry]:
        """Return the branch on the page, from its first question on."""
        branch: list[Entry] = []
        entry = self.last
        while entry is not None:
            branch.append(entry)
            entry = entry.follows
        return branch[::-1]

    def add(self, question: str) -> None:
        """Put a question at the end; it is asked when its place on the page is drawn."""
        self._put(Entry(question, self.last))

    def ask_again(self, entry: Entry) -> None:
        """Put the same question once more, as the person wished; the former answer is kept."""
        self.ask_instead(entry, entry.question)

    def ask_instead(self, entry: Entry, question: str) -> None:
        """Put a question in the place of this one; what came of the old one is another branch."""
        self._put(Entry(question, entry.follows))

    def take_back(self, entry: Entry) -> None:
        """Forget a question that has not been asked yet, and all that was to follow it."""
        if not entry.is_waiting:
            return
        gone = [each for each in self.asked if entry in _branch(each)]
        self.asked = [each for each in self.asked if each not in gone]
        if self.last in gone:
            self.last = entry.follows

    def _put(self, entry: Entry) -> None:
        self.asked.append(entry)
        self.last, self.edited = entry, None

    def siblings(self, entry: Entry) -> list[Entry]:
        """Return what was asked in the same place, this entry among it."""
        return [each for each in self.asked if each.follows is entry.follows]

    def wordings(self, entry: Entry) -> list[Entry]:
        """Return the last entry of each wording this question had, the oldest wording first."""
        last: dict[str, Entry] = {}
        for each in self.siblings(entry):
            last[each.question] = each
        return [entry if each.question == entry.question else each for each in last.values()]

    def attempts(self, entry: Entry) -> list[Entry]:
        """Return every time this question was asked here in these words."""
        return [each for each in self.siblings(entry) if each.question == entry.question]

    def turn_to(self, entry: Entry) -> None:
        """Put the branch of this entry on the page, with what was asked last in it."""
        self.last = next(each for each in reversed(self.asked) if entry in _branch(each))
        self.edited = None

    def before(self, entry: Entry) -> Conversation:
        """Return what the chain is to know when it answers this entry."""
        turns = tuple(Turn(each.question, each.answer) for each in _before(entry) if each.answer)
        return Conversation(self.id, self.endpoint, turns)

    def parent_of(self, entry: Entry) -> str | None:
        """Return which request this one follows, so that the branches can be found again."""
        if entry.follows is not None:
            return entry.follows.request_id or entry.follows.client_request_id
        return BEGINNING if self.asked[0] is not entry else None


def _branch(entry: Entry) -> list[Entry]:
    return [*_before(entry), entry]


def _before(entry: Entry) -> list[Entry]:
    found: list[Entry] = []
    while entry.follows is not None:
        entry = entry.follows
        found.append(entry)
    return found[::-1]


def current(endpoint: str) -> Chat:
    """Return the tab's conversation with this chain."""
    chats: dict[str, Chat] = st.session_state.setdefault(_KEY, {})
    return chats.setdefault(endpoint, Chat(endpoint))


def start_anew(endpoint: str) -> None:
    """Begin a new conversation with this chain."""
    put(Chat(endpoint))


def opened(conversation_id: str) -> Chat | None:
    """Return the conversation if it stands on this tab."""
    chats: dict[str, Chat] = st.session_state.get(_KEY, {})
    return next((each for each in chats.values() if each.id == conversation_id), None)


def left(conversation_id: str) -> Chat | None:
    """Return a conversation that was left while an answer was arriving; it is not on record yet."""
    chats: list[Chat] = st.session_state.get(_LEFT, [])
    return next((each for each in chats if each.id == conversation_id), None)


def put(chat: Chat) -> None:
    """Make this the tab's conversation with its chain."""
    chats: dict[str, Chat] = st.session_state.setdefault(_KEY, {})
    before = chats.get(chat.endpoint)
    others: list[Chat] = [*st.session_state.get(_LEFT, []), *([before] if before else [])]
    still = [each for each in others if each is not chat and _is_open(each)]
    st.session_state[_LEFT] = still
    chats[chat.endpoint] = chat


def finished() -> int:
    """Return how many questions of this tab have got what they get."""
    chats: dict[str, Chat] = st.session_state.get(_KEY, {})
    return sum(_has_come(entry) for chat in chats.values() for entry in chat.asked)


def _has_come(entry: Entry) -> bool:
    # What arrived a moment ago is taken over only when its place on the page is drawn.
    return not entry.is_open or bool(entry.arrival and entry.arrival.is_over)


def _is_open(chat: Chat) -> bool:
    return any(entry.is_open for entry in chat.asked)
