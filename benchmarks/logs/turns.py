"""What happened to one endpoint in a month, request by request; knows no table.

There is something to find: version 7 gets slow on one day and from then on is often wrong, version
8 takes its place; what rests on a few outdated papers is wrong more often than the rest.
"""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.logs.topics import NAMES, OF_TOPIC, Paper, Words

DAYS = 30
# From which share of the time on which versions answer, and with which share of the requests.
TIMETABLE = (
    (0.0, {"5": 1.0}),
    (0.25, {"5": 0.1, "6": 0.9}),
    (0.3, {"6": 1.0}),
    (0.5, {"6": 0.2, "7": 0.8}),
    (0.6, {"7": 1.0}),
    (0.85, {"7": 0.1, "8": 0.9}),
)
BAD_VERSION = "7"
BAD_FROM = 0.7
VERSIONS = ("5", "6", "7", "8")
CALLER_LEFT = 499
# Status, code, and what the workspace said.
FAILURES = (
    (400, "BAD_REQUEST", "The model raised an exception: KeyError: 'context'"),
    (400, "BAD_REQUEST", "The model raised an exception: ValueError: no passages were found"),
    (400, "BAD_REQUEST", "The model raised an exception: TimeoutError: the index is busy"),
    (429, "REQUEST_LIMIT_EXCEEDED", "The endpoint is asked too often. Try again in a second."),
    (504, "DEADLINE_EXCEEDED", "The model did not answer within 60 seconds."),
    (CALLER_LEFT, "", ""),
)
_FAILING, _FAILING_BADLY = 0.015, 0.045
_PEOPLE = 60
_OWN_PREFIXES = ("trial-", "test-", "load-", "replay-", "bisect-")
_OWN = 0.01
_TURNS_PER_CONVERSATION = 4
# Of so many requests two come at the same moment.
_TWINS = 100


@dataclass(slots=True)
class Turn:
    """One request and what became of it."""

    number: int
    # Microseconds since 1970.
    micros: int
    request_id: str
    trace_id: str
    version: str
    topic: str
    question: str
    answer: str
    papers: tuple[Paper, ...]
    passages: tuple[str, ...]
    latency_ms: int
    requester: str
    conversation_id: str
    status: int = 200
    error_code: str = ""
    message: str = ""
    client_request_id: str | None = None
    is_traced: bool = True
    # How likely somebody who judges it dislikes it.
    doubt: float = 0.1

    @property
    def is_failed(self) -> bool:
        """Tell whether there is no answer."""
        return bool(self.error_code)

    @property
    def when(self) -> datetime.datetime:
        """Return the moment."""
        return _EPOCH + datetime.timedelta(microseconds=self.micros)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Month:
    """So many requests, spread evenly over the days before a moment."""

    rows: int
    end: datetime.datetime
    seed: int = 7
    words: Words = field(default_factory=lambda: Words(7))

    @property
    def start(self) -> datetime.datetime:
        """Return when the first request came."""
        return self.end - datetime.timedelta(days=DAYS)

    @property
    def bad_since(self) -> datetime.datetime:
        """Return when the bad version began to be slow and wrong."""
        return self.start + BAD_FROM * datetime.timedelta(days=DAYS)

    def turns(self, first: int, after: int) -> Iterator[Turn]:
        """Yield the requests of these numbers, oldest first."""
        return map(self.turn, range(first, after))

    def turn(self, number: int) -> Turn:
        """Return the request of this number."""
        chance = random.Random(self.seed * 1_000_003 + number)
        twin = number - 1 if number % _TWINS == 1 else number
        began = round(self.start.timestamp() * 1e6)
        micros = began + round(twin * DAYS * 86_400_000_000 / self.rows)
        share = number / self.rows
        version = _version(share, chance)
        is_bad = version == BAD_VERSION and share >= BAD_FROM
        conversation = number // _TURNS_PER_CONVERSATION
        topic = NAMES[conversation * 2654435761 % 2**32 % len(NAMES)]
        papers = tuple(chance.sample(OF_TOPIC[topic], k=3))
        turn = Turn(
            number=number,
            micros=micros,
            request_id=request_id(number),
            trace_id=f"tr-{chance.getrandbits(128):032x}",
            version=version,
            topic=topic,
            question=self.words.question(topic, chance),
            answer=self.words.answer(topic, chance),
            papers=papers,
            passages=tuple(self.words.passage(topic, chance) for _ in papers),
            latency_ms=int(chance.lognormvariate(7.9 if is_bad else 7.0, 0.6)),
            requester=f"caller-{conversation * 40503 % 65536 % _PEOPLE:02d}@example.com",
            conversation_id=f"c{conversation}",
            is_traced=chance.random() >= 0.05,
            doubt=_doubt(papers, is_bad=is_bad),
        )
        _fail(turn, _FAILING_BADLY if is_bad else _FAILING, chance)
        if chance.random() < _OWN:
            turn.client_request_id = f"{chance.choice(_OWN_PREFIXES)}{number}"
        elif number % 3 == 0:
            turn.client_request_id = f"app-{number:x}"
        return turn


def request_id(number: int) -> str:
    """Return the id of the row of this number."""
    return f"{number:08x}-0000-4000-8000-{number * 2654435761 % 2**48:012x}"


def _version(share: float, chance: random.Random) -> str:
    shares = next(shares for since, shares in reversed(TIMETABLE) if share >= since)
    drawn = chance.random()
    for version, part in shares.items():
        drawn -= part
        if drawn < 0:
            return version
    return version


def _doubt(papers: tuple[Paper, ...], *, is_bad: bool) -> float:
    if any(each.is_bad for each in papers):
        return 0.75
    return 0.5 if is_bad else 0.12


def _fail(turn: Turn, share: float, chance: random.Random) -> None:
    if chance.random() >= share:
        return
    turn.status, turn.error_code, turn.message = chance.choice(FAILURES)
    if turn.status == CALLER_LEFT:
        turn.answer = turn.answer[: len(turn.answer) // 3]
