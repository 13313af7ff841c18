"""The conversations open in this tab: what was asked, what has come, and what was said about it.

Knows no drawing. An entry is put here before anything is asked, and changed in place with every
piece that arrives, so that a script run that is cut off at any point loses nothing.
"""

import uuid
from dataclasses import dataclass, field

import streamlit as st

from backend.answer_stream import AnswerStream
from backend.answers import Answer, Conversation, ToolStep, Turn
from backend.errors import ReviewAppError
from backend.verdicts import Verdict

_KEY = "chats"


@dataclass
class Judgement:
    """The verdict as it stands on the page, and whether it is on record."""

    verdict: Verdict
    is_saved: bool = False
    problem: ReviewAppError | None = None


@dataclass
class Entry:
    """One question and what became of it."""

    question: str
    key: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    # Set before the chain is asked and never unset: nothing is asked twice.
    was_asked: bool = False
    # While the answer arrives, and until what had come has been taken from it.
    stream: AnswerStream | None = None
    text: str = ""
    steps: list[ToolStep] = field(default_factory=list)
    answer: Answer | None = None
    problem: ReviewAppError | None = None
    judgement: Judgement | None = None
    # The answers this question had before it was asked again.
    former: list[Answer] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Tell whether something is still to come."""
        return self.answer is None and self.problem is None

    def close_if_cut_off(self) -> None:
        """Keep what has come of an answer whose script run ended before it did."""
        if self.was_asked and self.is_open:
            came = Answer(self.text, None, steps=tuple(self.steps), is_interrupted=True)
            # The stream knows the request's id, too, without which nobody could judge it.
            self.answer = self.stream.so_far if self.stream else came
        self.stream = None


@dataclass
class Chat:
    """One conversation with one chain."""

    endpoint: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    entries: list[Entry] = field(default_factory=list)

    def add(self, question: str) -> None:
        """Put a question at the end; it is asked when its place on the page is drawn."""
        self.entries.append(Entry(question))

    def ask_last_again(self) -> None:
        """Put the last question once more, as the person wished; the former answer is kept."""
        last = self.entries.pop()
        former = [*last.former, last.answer] if last.answer else last.former
        self.entries.append(Entry(last.question, former=former))

    def before(self, entry: Entry) -> Conversation:
        """Return what the chain is to know when it answers this entry."""
        earlier = self.entries[: self.entries.index(entry)]
        turns = tuple(Turn(each.question, each.answer) for each in earlier if each.answer)
        return Conversation(self.id, self.endpoint, turns)


def current(endpoint: str) -> Chat:
    """Return the tab's conversation with this chain."""
    chats: dict[str, Chat] = st.session_state.setdefault(_KEY, {})
    return chats.setdefault(endpoint, Chat(endpoint))


def start_anew(endpoint: str) -> None:
    """Begin a new conversation with this chain."""
    st.session_state.setdefault(_KEY, {})[endpoint] = Chat(endpoint)


def opened(conversation_id: str) -> Chat | None:
    """Return the conversation if this tab has it."""
    chats: dict[str, Chat] = st.session_state.get(_KEY, {})
    return next((each for each in chats.values() if each.id == conversation_id), None)


def put(chat: Chat) -> None:
    """Make this the tab's conversation with its chain."""
    st.session_state.setdefault(_KEY, {})[chat.endpoint] = chat


def finished() -> int:
    """Return how many questions of this tab have got what they get."""
    chats: dict[str, Chat] = st.session_state.get(_KEY, {})
    return sum(not entry.is_open for chat in chats.values() for entry in chat.entries)
