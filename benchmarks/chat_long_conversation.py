"""What a new question costs in a conversation of a hundred turns, every one of them judged.

Two waits are measured from Enter: until the question stands in the transcript, and until the first
word of its answer does, less what the bare endpoint takes for the same hundred turns of history.
The app shows the last turns of a long conversation, and the others on a click until the next
question is put; the peer shows all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.chat.browser import Asked, Chromium, chromium
from benchmarks.chat.sides import PEER, Side, our_app, peer_app
from benchmarks.chat.stage import Begun, Stage, chat_stage
from benchmarks.finding import Finding, Floor
from benchmarks.run import Run

_TURNS = 100
_QUESTIONS = 6
_FLOOR = Floor("at most", 300.0)
_WAITS = ("question in the transcript", "first word, less the endpoint's first event")


@dataclass
class _Waits:
    """The medians of each round, for each of the two waits."""

    question: list[float]
    first_words: list[float]

    def note(self, asked: list[Asked], raw: float) -> None:
        self.question.append(median(each.question for each in asked))
        self.first_words.append(median(each.first_words for each in asked) - raw)


def measure(run: Run) -> Iterator[Finding]:
    """Ask in the same long conversation, the peer and us in turn."""
    with chat_stage(run.folder / "chat_long") as stage, chromium() as browser:
        begun = stage.talk(_TURNS, is_judged=True)
        raw = _raw(stage, begun)
        peer, shown = _Waits([], []), _Waits([], [])
        with our_app(stage, begun) as ours, peer_app(stage, begun) as theirs:
            for number in range(run.rounds):
                peer.note(_ask(browser, theirs, begun, f"p{number}"), raw)
                shown.note(_ask(browser, ours, begun, f"o{number}"), raw)
    yield from _findings(shown, peer, raw)


def _ask(browser: Chromium, side: Side, begun: Begun, name: str) -> list[Asked]:
    with browser.tab(side) as tab:
        tab.open(until=begun.last_words)
        # The first question in a fresh tab is the app's warm-up, for both sides.
        return [tab.ask(f"{name}n{number}x") for number in range(_QUESTIONS + 1)][1:]


def _raw(stage: Stage, begun: Begun) -> float:
    names = [f"r{number}x" for number in range(2 * _QUESTIONS)]
    return median([stage.first_event_ms(begun.messages, name) for name in names][1:])


def _findings(ours: _Waits, peer: _Waits, raw: float) -> Iterator[Finding]:
    sides = ((ours.question, peer.question), (ours.first_words, peer.first_words))
    for wait, (own, theirs) in zip(_WAITS, sides, strict=True):
        yield Finding(
            measured=f"a new turn after {_TURNS} judged ones: {wait}",
            unit="ms p50",
            ours=median(own),
            peer=median(theirs),
            floor=_FLOOR,
            beside=PEER,
            details={"our_rounds": own, "peer_rounds": theirs, "endpoint": raw},
        )
