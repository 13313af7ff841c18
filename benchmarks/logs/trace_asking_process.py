"""A process that asks for lists of traces: `python -m … PEER EXPERIMENTS TIMES`.

The app's own service with an analyst's rights, and the API that MLflow's pages ask, in turn; prints
milliseconds of both by what was asked. ANALYST_TOKEN is the analyst's.
"""

import datetime
import json
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial

import requests

from backend.services import Settings, connect
from backend.trace_search.record import ANY_TIME, ROWS, Order, TraceQuery
from benchmarks.logs.topics import RARE
from benchmarks.logs.turns import DAYS

_DAY_MS = 86_400_000
_ORDERS = {Order.NEWEST: "timestamp_ms DESC", Order.SLOWEST: "execution_time_ms DESC"}
# As MLflow's own pages ask.
_SEARCH = "/ajax-api/3.0/mlflow/traces/search"
_Choose = Callable[[random.Random], TraceQuery]


def _questions() -> dict[str, _Choose]:
    def of_a_day(also: str = "") -> _Choose:
        def choose(chance: random.Random) -> TraceQuery:
            first = _today() - chance.randrange(1, DAYS) * _DAY_MS
            day = f"trace.timestamp_ms >= {first} AND trace.timestamp_ms < {first + _DAY_MS}"
            return TraceQuery(day + also)

        return choose

    return {
        "newest": lambda _: TraceQuery(span=ANY_TIME),
        "slowest": lambda _: TraceQuery(span=ANY_TIME, order=Order.SLOWEST),
        "one day": of_a_day(),
        "failed within a day": of_a_day(" AND trace.status = 'ERROR'"),
        "text within a day": of_a_day(f" AND trace.text LIKE '%{RARE}%'"),
    }


def main() -> None:
    """Ask everything so often, the peer first, then us."""
    peer, experiments, times = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])
    services = connect(Settings.from_environment(), os.environ["ANALYST_TOKEN"])
    viewer, session = services.identity.viewer(), requests.Session()
    found: dict[str, dict[str, list[float]]] = {}
    for name, choose in _questions().items():
        chance = random.Random(1)
        found[name] = {"ours": [], "peer": []}
        # The first time is not counted.
        for number in range(times + 1):
            query = choose(chance)
            theirs = _timed(partial(_ask_peer, session, peer, experiments, query))
            ours = _timed(partial(services.trace_search.page, viewer, query))
            if number:
                found[name]["peer"].append(theirs)
                found[name]["ours"].append(ours)
    print(json.dumps(found))  # noqa: T201


def _ask_peer(
    session: requests.Session, peer: str, experiments: list[str], query: TraceQuery
) -> None:
    kind = "MLFLOW_EXPERIMENT"
    body = {
        "locations": [
            {"type": kind, "mlflow_experiment": {"experiment_id": each}} for each in experiments
        ],
        "filter": query.asked(),
        "max_results": ROWS,
        "order_by": [_ORDERS[query.order]],
    }
    answer = session.post(peer + _SEARCH, json=body, timeout=120)
    answer.raise_for_status()
    answer.json()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _today() -> int:
    today = datetime.datetime.now(datetime.UTC).date()
    midnight = datetime.datetime.combine(today, datetime.time(), datetime.UTC)
    return int(midnight.timestamp() * 1000)


if __name__ == "__main__":
    main()
