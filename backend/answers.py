"""What comes back from a chain, whatever kind it is: text, steps, sources, and who answered."""

from dataclasses import dataclass, field

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


@dataclass(frozen=True)
class Turn:
    """A question of a conversation and its answer."""

    question: str
    answer: Answer | None = None
    # What this question was answered before it was asked again.
    former: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """What one person and one chain have said to each other so far."""

    id: str
    endpoint: str
    turns: tuple[Turn, ...] = field(default=())


# What arrives while an answer is being given; the last is always the `Answer`.
Event = TextPart | ToolStep | Answer
