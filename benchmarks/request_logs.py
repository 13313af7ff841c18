"""How long an analyst waits at the page of request logs, over a million requests.

What is clicked is clicked in Chromium; the clock is the page's own, from the click to the frame in
which the new list is drawn. What the service takes alone is asked in a process of its own.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from statistics import median
from urllib.parse import urlencode

from benchmarks.chat.browser import chromium
from benchmarks.chat.sides import our_app
from benchmarks.child_process import REPOSITORY, clean_environment
from benchmarks.finding import Finding, Floor
from benchmarks.logs.browsing import LogTab, log_tab
from benchmarks.logs.generator import ENDPOINT
from benchmarks.logs.stage import ROWS, LogStage, log_stage
from benchmarks.logs.topics import RARE
from benchmarks.process_memory import memory_of_all, tree
from benchmarks.run import Run, percentile

_NOBODY = "none: MLflow's own pages are asked in `trace_list`"
_Milliseconds = dict[str, list[float]]
_TIMES, _ROUNDS, _OPENED, _PLOTS = 40, 4, 40, 12
# Clearing keeps the time that is looked at.
_USUAL = "7 days"


class NotAsked(Exception):
    """The process that asks failed; the text is what it said last."""


def measure(run: Run) -> Iterator[Finding]:
    """Ask the service alone, then click through the page."""
    with log_stage(run) as stage:
        yield from _asked(run, stage)
        with chromium() as browser, our_app(stage) as side, log_tab(browser, side) as tab:
            yield from _clicked(run, stage, tab, lambda: memory_of_all(tree(side.process)).uss)


def _asked(run: Run, stage: LogStage) -> Iterator[Finding]:
    found = _ask(stage, _TIMES if run.is_long else 3)
    rows = f"{stage.month.rows:,} requests"
    for name, spent in found.items():
        if statements := spent.get("statement"):
            yield Finding(
                measured=f"the slowest statement of the service, {name}, {rows}, p95",
                unit="ms",
                ours=percentile(statements, 0.95),
                floor=None if name.startswith("over time") else Floor("at most", 200),
                beside=_NOBODY,
                details={
                    "whole answer p95": percentile(spent["whole"], 0.95),
                    "all": [round(each, 1) for each in statements],
                },
            )


def _ask(stage: LogStage, times: int) -> dict[str, _Milliseconds]:
    arguments = [stage.month.end.isoformat(), str(stage.month.rows), str(times)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.logs.asking_process", *arguments],
        cwd=REPOSITORY,
        env=clean_environment() | stage.own_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotAsked(done.stderr[-2000:])
    found: dict[str, _Milliseconds] = json.loads(done.stdout)
    return found


def _clicked(
    run: Run, stage: LogStage, tab: LogTab, app_mb: Callable[[], float]
) -> Iterator[Finding]:
    rounds = _ROUNDS if run.is_long else 1
    tab.open(_address(stage))
    # The first of everything brings in what is imported, and loaded, when it is first needed.
    _filtered(tab, stage, random.Random(0))
    tab.open_row(3)
    tab.next_row()
    tab.close_row()
    tab.plots()
    heap, app = tab.heap_mb(), app_mb()
    chance = random.Random(1)
    filtered = [_filtered(tab, stage, chance) for _ in range(rounds)]
    opened = _opened(tab, _OPENED if run.is_long else 4)
    plots = [tab.plots() for _ in range(_PLOTS if run.is_long else 2)]
    by_filter = {name: [each[name] for each in filtered] for name in filtered[0]}
    rows = f"{stage.month.rows:,} requests"
    yield _finding(f"from the click to the list, every filter, {rows}", 1000, by_filter)
    yield _finding(f"from the click to the request beside the list, {rows}", 500, opened)
    yield _finding(f"from the click to the last plot, {rows}", 1500, {"plots": plots})
    clicks = sum(map(len, (*by_filter.values(), *opened.values()))) + len(plots)
    yield _memory(f"the page's objects after {clicks} clicks more", 16, tab.heap_mb() - heap)
    yield _memory(f"the app's memory after {clicks} clicks more", 48, app_mb() - app)


def _filtered(tab: LogTab, stage: LogStage, chance: random.Random) -> dict[str, float]:
    """Set each filter once, and take it off again."""
    conversation = f"c{stage.month.rows // 4 - 2 - chance.randrange(1000)}"
    steps: dict[str, Callable[[], float]] = {
        name: _choosing(tab, name, chance.randrange(1, 3))
        for name in ("version", "outcome", "said", "reasons", "reviewer", "status", "requester")
    }
    steps |= {
        "with a comment": lambda: tab.switch("log_with_comment"),
        "own requests": lambda: tab.switch("log_own"),
        "latency": lambda: tab.fill("log_slower", str(chance.choice((4000, 6000)))),
        "conversation": lambda: tab.fill("log_conversation", conversation),
        "30 days": lambda: tab.choose_span("30 days"),
        "a day": lambda: tab.choose_span("24 hours"),
    }
    spent = {}
    for name, step in steps.items():
        spent[name] = step()
        if name == "30 days":
            spent["7 days"] = tab.choose_span(_USUAL)
        elif name != "a day":
            spent[f"{name}, off"] = tab.clear()
    # Within the day that was chosen last.
    # Among few requests nothing rare need be found.
    spent["text within a day"] = tab.search(RARE if stage.month.rows >= ROWS else "handbook")
    spent["text, off"] = tab.clear()
    spent["no filter"] = tab.choose_span(_USUAL)
    spent["older"] = tab.turn()
    return spent


def _choosing(tab: LogTab, name: str, place: int) -> Callable[[], float]:
    return lambda: tab.choose(name, place)


def _opened(tab: LogTab, times: int) -> _Milliseconds:
    clicked, with_key = [], []
    for number in range(times // 2):
        # The first rows may lie below the page's own bar; the next one is opened by the key.
        clicked.append(tab.open_row(3 + 2 * (number % 6)))
        with_key.append(tab.next_row())
    tab.close_row()
    return {"clicked": clicked, "with the key": with_key}


def _finding(measured: str, limit: float, spent: _Milliseconds) -> Finding:
    every = [each for some in spent.values() for each in some]
    return Finding(
        measured=f"{measured}, p95 of {len(every)}",
        unit="ms",
        ours=percentile(every, 0.95),
        floor=Floor("at most", limit),
        beside=_NOBODY,
        details={"p50": median(every), "by what was clicked": spent},
    )


def _memory(measured: str, limit: float, grown: float) -> Finding:
    return Finding(
        measured=f"{measured}: growth",
        unit="MB",
        ours=max(grown, 0.0),
        floor=Floor("at most", limit),
        beside=_NOBODY,
        details={"grown": grown},
    )


def _address(stage: LogStage) -> str:
    return f"/request_logs?{urlencode({'endpoint': ENDPOINT})}"
