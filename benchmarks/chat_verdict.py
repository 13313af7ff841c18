"""How long a reviewer who clicks a thumb waits for "saved": the verdict is on record by then."""

from collections.abc import Iterator
from statistics import median

from benchmarks.chat.browser import Chromium, chromium
from benchmarks.chat.sides import PEER, Side, our_app, peer_app
from benchmarks.chat.stage import Begun, chat_stage
from benchmarks.finding import Finding, Floor
from benchmarks.run import Run, interleaved

# As many as the page shows of a conversation at once.
_TURNS = 10


def measure(run: Run) -> Iterator[Finding]:
    """Judge every answer of a conversation; each round has a conversation of its own."""
    with chat_stage(run.folder / "chat_verdict") as stage, chromium() as browser:
        conversations = iter([stage.talk(_TURNS) for _ in range(run.rounds)])
        peers_turns = stage.talk(_TURNS)
        with our_app(stage) as ours, peer_app(stage, peers_turns) as theirs:
            rounds = interleaved(
                run.rounds,
                lambda: _until_saved(browser, theirs, peers_turns),
                lambda: _ours(browser, ours, next(conversations)),
            )
    peer, own = rounds.medians
    yield Finding(
        measured=f'from the click on a thumb to "saved", {_TURNS} answers',
        unit="ms p50",
        ours=own,
        peer=peer,
        floor=Floor("at most", 300.0),
        beside=PEER,
        details=rounds.details,
    )


def _ours(browser: Chromium, side: Side, begun: Begun) -> float:
    return _until_saved(browser, side.at(begun), begun)


def _until_saved(browser: Chromium, side: Side, begun: Begun) -> float:
    with browser.tab(side) as tab:
        tab.open(until=begun.last_words)
        return median(tab.judge(position) for position in range(_TURNS))
