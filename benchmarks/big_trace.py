"""Whether a trace of 33,000 steps can be looked at, and a step of 20 MB."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.chat.browser import Chromium, chromium
from benchmarks.chat.sides import Side, our_app
from benchmarks.finding import Finding, Floor
from benchmarks.logs import long_trace
from benchmarks.logs.trace_browsing import trace_tab
from benchmarks.logs.trace_stage import TRACED_MODEL, TRACED_VERSION, trace_stage
from benchmarks.run import Run

_VISITS = 7
_NOBODY = "none: MLflow's own page is said to break with such a trace (mlflow#24314)"


def measure(run: Run) -> Iterator[Finding]:
    """Open the trace in a browser that has been there, again and again."""
    spans, large = long_trace.SPANS, long_trace.LARGE_BYTES
    if not run.is_long:
        spans, large = long_trace.FEW_SPANS, long_trace.FEW_BYTES

    def fill(database: Path) -> str:
        model = (TRACED_MODEL, TRACED_VERSION)
        return long_trace.import_long_trace(database, *model, spans, large)

    with (
        trace_stage(run.folder / f"big_trace-{spans}", fill) as stage,
        chromium() as browser,
        our_app(stage) as side,
    ):
        yield from _looked_at(run, browser, side, f"/traces?trace={stage.filled}", spans, large)


def _looked_at(
    run: Run, browser: Chromium, side: Side, address: str, spans: int, large: int
) -> Iterator[Finding]:
    visits = _VISITS if run.is_long else 2
    with trace_tab(browser, side) as tab:
        # The first visit brings in what is imported, and kept by the browser, when first needed.
        first, *screens = [tab.open(address) / 1000 for _ in range(1 + visits)]
        steps = []
        for _ in range(visits):
            tab.open(address)
            steps.append(tab.choose(long_trace.LARGE_NAME))
    yield Finding(
        measured=f"a trace of {spans:,} steps, from the address to its first screen",
        unit="s",
        ours=median(screens),
        floor=Floor("at most", 1.5),
        beside=_NOBODY,
        details={"all": screens, "the first of all": first},
    )
    yield Finding(
        measured=f"a step of {large / 1e6:.0f} MB in it, from the click to what is in the step",
        unit="ms",
        ours=median(spent for spent, _ in steps),
        beside=_NOBODY,
        details={"all": steps},
    )
    yield Finding(
        measured=f"a step of {large / 1e6:.0f} MB in it: the longest pause of the browser",
        unit="ms",
        ours=median(pause for _, pause in steps),
        floor=Floor("at most", 500),
        beside=_NOBODY,
    )
