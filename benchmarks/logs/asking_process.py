"""A process that asks what the page of request logs asks: `python -m … END ROWS TIMES`.

It asks as the analyst whose token it has, through the app's own service; prints milliseconds by
what was asked. A process of its own, so that nothing else shares its interpreter.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.connection import workspace_from_environment
from backend.feedback.feedback import Feedback
from backend.identity import Identity
from backend.request_logs.logs import RequestLogs
from backend.request_logs.query import LogQuery, Outcome, Said
from benchmarks.logs.generator import ENDPOINT, request_id
from benchmarks.logs.judgements import REASONS_DOWN, REVIEWERS
from benchmarks.logs.topics import RARE
from benchmarks.logs.turns import DAYS, VERSIONS, Month

_Choose = Callable[[random.Random], LogQuery]
# Nobody in this month said that they do not know.
_SAID = [each for each in Said if each is not Said.UNKNOWN]


def choices(month: Month) -> dict[str, _Choose]:
    """Return each filter of a query, with values chosen anew each time."""
    week = LogQuery(ENDPOINT, since=month.end - timedelta(days=7), until=month.end)
    all_of_it = replace(week, since=month.start)

    def day(chance: random.Random) -> LogQuery:
        since = month.start + timedelta(days=chance.randrange(DAYS - 1))
        return LogQuery(ENDPOINT, since=since, until=since + timedelta(days=1))

    def some(**values: Callable[[random.Random], object]) -> _Choose:
        return lambda chance: replace(
            week,
            **{name: choose(chance) for name, choose in values.items()},  # type: ignore[arg-type]
        )

    conversations = month.rows // 4
    return {
        "no filter": lambda _: week,
        "30 days": lambda _: all_of_it,
        "one day": day,
        "version": some(version=lambda chance: chance.choice(VERSIONS[-2:])),
        "outcome": some(outcome=lambda chance: chance.choice(list(Outcome))),
        "status": some(status=lambda chance: chance.choice((400, 429, 504))),
        "error": some(error_code=lambda _: "DEADLINE_EXCEEDED"),
        "latency": some(min_ms=lambda chance: chance.choice((5000, 8000, 12_000))),
        "requester": some(
            requester=lambda chance: f"caller-{chance.randrange(60):02d}@example.com"
        ),
        "conversation": some(
            conversation=lambda chance: (
                f"c{conversations - 1 - chance.randrange(conversations // 5)}"
            )
        ),
        "called": some(said=lambda chance: chance.choice(_SAID)),
        "reviewer": some(said_by=lambda chance: chance.choice(REVIEWERS)),
        "comment": some(with_comment=lambda _: True),
        "reasons": some(reasons=lambda chance: (chance.choice(REASONS_DOWN),)),
        "own requests": some(with_own=lambda _: True),
        "request id": lambda chance: LogQuery(
            ENDPOINT, request=request_id(chance.randrange(month.rows))
        ),
        "text within a day": lambda chance: replace(day(chance), text=RARE),
    }


class _Statements:
    """Notes how long the workspace takes for each statement of a client."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self.milliseconds: list[float] = []
        self._execute = workspace.statement_execution.execute_statement
        setattr(workspace.statement_execution, "execute_statement", self._timed)  # noqa: B010 - a method

    def _timed(self, *values: Any, **named: Any) -> Any:
        began = time.perf_counter()
        answer = self._execute(*values, **named)
        self.milliseconds.append((time.perf_counter() - began) * 1000)
        return answer


class _Analyst:
    """Asks the service, and notes how long it takes."""

    def __init__(self, times: int) -> None:
        workspace = workspace_from_environment()
        self._statements = _Statements(workspace)
        self._logs = RequestLogs(workspace, Feedback(workspace, lambda: workspace))
        self._viewer = Identity(workspace).viewer()
        self._times = times

    def ask(self, choose: _Choose, what: str = "page") -> dict[str, list[float]]:
        """Ask so often; return the milliseconds of each, and of the slowest statement of each."""
        chance = random.Random(1)
        work = getattr(self._logs, what)
        found: dict[str, list[float]] = {"whole": [], "statement": []}
        # The first time is not counted.
        for number in range(self._times + 1):
            query = choose(chance)
            self._statements.milliseconds.clear()
            began = time.perf_counter()
            work(self._viewer, query)
            if number:
                found["whole"].append((time.perf_counter() - began) * 1000)
                found["statement"].append(max(self._statements.milliseconds))
        return found

    def open(self, rows: int) -> dict[str, list[float]]:
        """Open requests, those of hostile texts of a megabyte among them."""
        chance = random.Random(1)
        numbers = [chance.randrange(rows) for _ in range(self._times)]
        self._logs.open(self._viewer, ENDPOINT, request_id(0))
        found = []
        for number in numbers:
            began = time.perf_counter()
            self._logs.open(self._viewer, ENDPOINT, request_id(number))
            found.append((time.perf_counter() - began) * 1000)
        return {"whole": found}


def main() -> None:
    """Ask everything so often."""
    month = Month(int(sys.argv[2]), datetime.fromisoformat(sys.argv[1]))
    analyst = _Analyst(int(sys.argv[3]))
    found = {name: analyst.ask(choose) for name, choose in choices(month).items()}
    week = choices(month)["no filter"]
    found["over time"] = analyst.ask(week, "course")
    found["over time, 30 days"] = analyst.ask(choices(month)["30 days"], "course")
    found["opened"] = analyst.open(month.rows)
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
