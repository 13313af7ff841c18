"""What the app adds to the wait for the first word of an answer.

From Enter until the first word is on the screen in Chromium, less what the bare endpoint takes from
the POST to its first event. Everything of the app is within: the way of the question through the
websocket, the script run, the request, and the way of the first words back into a frame.
"""

from collections.abc import Iterator
from statistics import median

from benchmarks.chat.browser import Chromium, chromium
from benchmarks.chat.sides import PEER, Side, our_app, peer_app
from benchmarks.chat.stage import Stage, chat_stage
from benchmarks.finding import Finding, Floor
from benchmarks.run import Run, interleaved

_QUESTIONS = 10


def measure(run: Run) -> Iterator[Finding]:
    """Ask one after the other in new conversations, the peer and us in turn."""
    with (
        chat_stage(run.folder / "chat_first_token") as stage,
        our_app(stage) as ours,
        peer_app(stage) as theirs,
        chromium() as browser,
    ):
        for side in (ours, theirs):
            _first_words(browser, side, 2)
        raw = _raw(stage)
        rounds = interleaved(
            run.rounds,
            lambda: _first_words(browser, theirs, _QUESTIONS) - raw,
            lambda: _first_words(browser, ours, _QUESTIONS) - raw,
        )
    peer, own = rounds.medians
    yield Finding(
        measured=f"first word on the screen, less the endpoint's first event, {_QUESTIONS} turns",
        unit="ms p50",
        ours=own,
        peer=peer,
        floor=Floor("at most", 150.0),
        beside=PEER,
        details={**rounds.details, "endpoint": raw},
    )


def _first_words(browser: Chromium, side: Side, questions: int) -> float:
    with browser.tab(side) as tab:
        tab.open()
        return median(tab.ask(f"f{number}x").first_words for number in range(questions))


def _raw(stage: Stage) -> float:
    each = [stage.first_event_ms([], f"r{number}x") for number in range(2 * _QUESTIONS)]
    # The first opens the connection.
    return median(each[1:])
