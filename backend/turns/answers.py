"""What comes back from a chain, whatever kind it is: text, steps, sources, and who answered."""

import hashlib
from dataclasses import dataclass, field, replace

# Where a model that answers with fields of its own may put the text, in this order.
ANSWER_FIELDS = ("answer", "content", "response", "result", "output", "output_text", "text")


@dataclass(frozen=True)
class Source:
    """A passage an answer rests on."""

    text: str
    uri: str | None = None
    title: str | None = None
    # The retriever's span and the place in its result, by which a verdict on it is filed.
    step_id: str | None = None
    position: int | None = None


@dataclass(frozen=True)
class ToolStep:
    """A tool the chain called on its way, and what it got."""

    id: str
    name: str
    arguments: str
    result: str | None = None


@dataclass(frozen=True)
class TextPart:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class Answer:
    """A finished answer, or one that was stopped or broke off."""

    text: str
    request_id: str | None
    served_name: str | None = None
    trace_id: str | None = None
    sources: tuple[Source, ...] = ()
    steps: tuple[ToolStep, ...] = ()
    # Nobody wanted the rest, or there was none: what has come is kept.
    is_interrupted: bool = False
    # What a person should know that went wrong, and the code to quote.
    problem: str | None = None
    problem_code: str | None = None
    # What another version answered to the same question, where the two are compared.
    pair: "Pair | None" = None

    @property
    def is_whole(self) -> bool:
        """Tell whether it was given to its end, and says something."""
        return bool(self.text.strip()) and not self.is_interrupted and not self.problem


@dataclass(frozen=True)
class Pair:
    """The other answer of a blind comparison, and the id that both requests share."""

    id: str
    other: Answer

    @property
    def other_is_first(self) -> bool:
        """Tell whether the other answer is shown first: by chance, but always the same."""
        return other_is_first(self.id)


def other_is_first(pair_id: str) -> bool:
    """Draw from a pair's id which of its answers is shown first; nothing has to record it."""
    return hashlib.sha256(pair_id.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class Turn:
    """A question of a conversation and its answer."""

    question: str
    answer: Answer | None = None
    # The place among all that was asked of the turn it follows; None for a first question.
    follows: int | None = None


@dataclass(frozen=True)
class Conversation:
    """What one person and one chain have said to each other so far."""

    id: str
    endpoint: str
    # The branch on the page, from its first question on.
    turns: tuple[Turn, ...] = field(default=())
    # All that was ever asked in it, in the order of its time, if some of it is on other branches.
    asked: tuple[Turn, ...] = field(default=())

    @property
    def tree(self) -> tuple[Turn, ...]:
        """Return all that was ever asked, each turn with the place here of what it follows."""
        before = [None, *range(len(self.turns))]
        pairs = zip(self.turns, before, strict=False)
        return self.asked or tuple(replace(turn, follows=place) for turn, place in pairs)


# What arrives while an answer is being given; the last is always the `Answer`.
Event = TextPart | ToolStep | Answer
