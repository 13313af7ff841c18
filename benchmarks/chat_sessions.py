"""What fifty open tabs cost the app's process, and how long the first page takes.

Each tab shows a conversation of twenty turns. The first tabs bring in what is imported when it is
first needed, and are not counted. The first page is interactive when the question box takes text:
cold in a browser that was never there, before a process nobody has asked for a page yet; warm when
the same browser comes again.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from statistics import median
from typing import Protocol

from benchmarks.chat.browser import Chromium, chromium
from benchmarks.chat.sides import PEER, Side, our_app, peer_app
from benchmarks.chat.sockets import with_sessions
from benchmarks.chat.stage import Begun, Stage, chat_stage
from benchmarks.finding import Finding, Floor
from benchmarks.process_memory import memory_of_all, tree
from benchmarks.run import Run

_SESSIONS = 50
_FIRST_SESSIONS = 3
_TURNS = 20
_WARM_VISITS = 5
_SETTLE_SECONDS = 1.0
_COLD, _WARM = Floor("at most", 3.0), Floor("at most", 1.0)


class _App(Protocol):
    def __call__(self, stage: Stage, begun: Begun | None = None) -> AbstractContextManager[Side]:
        """Run one of the apps."""


def measure(run: Run) -> Iterator[Finding]:
    """Open the first pages of fresh processes in turn, then fifty sessions of each app."""
    with chat_stage(run.folder / "chat_sessions") as stage:
        begun = stage.talk(_TURNS, is_judged=True)
        with chromium() as browser:
            yield from _first_pages(run, stage, browser)
        yield _memory(stage, begun)


def _first_pages(run: Run, stage: Stage, browser: Chromium) -> Iterator[Finding]:
    peer: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    for _ in range(run.rounds):
        peer.append(_visits(stage, browser, peer_app))
        ours.append(_visits(stage, browser, our_app))
    for index, (name, floor) in enumerate((("cold", _COLD), ("warm", _WARM))):
        yield Finding(
            measured=f"the first page until one can type, {name}",
            unit="s",
            ours=median(each[index] for each in ours),
            peer=median(each[index] for each in peer),
            floor=floor,
            beside=PEER,
            details={"our_rounds": ours, "peer_rounds": peer},
        )


def _visits(stage: Stage, browser: Chromium, app: _App) -> tuple[float, float]:
    """Return the seconds of the first visit to a fresh process and of those that follow."""
    with app(stage) as side, browser.tab(side) as tab:
        cold = tab.open()
        warm = median(tab.open() for _ in range(_WARM_VISITS))
    return cold / 1000, warm / 1000


def _memory(stage: Stage, begun: Begun) -> Finding:
    peer = _growth(stage, begun, peer_app)
    ours = _growth(stage, begun, our_app)
    return Finding(
        measured=f"memory of one of {_SESSIONS} open sessions, {_TURNS} turns each",
        unit="MB USS",
        ours=ours,
        peer=peer,
        floor=Floor("at most", 5.0),
        beside=PEER,
    )


def _growth(stage: Stage, begun: Begun, app: _App) -> float:
    with app(stage, begun) as side:

        def taken() -> float:
            time.sleep(_SETTLE_SECONDS)
            return memory_of_all(tree(side.process)).uss

        steps = [_FIRST_SESSIONS, _SESSIONS]
        before, after = with_sessions(side, taken, steps, begun.last_words)
    return (after - before) / _SESSIONS
