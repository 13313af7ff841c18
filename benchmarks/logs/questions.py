"""What analysts ask of a month of request logs, with the values that change from time to time."""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.logs.generator import DAYS, RARE, last_day, request_id

TABLE = "main.benchmarks.logs_payload_request_logs"
_LISTED = (
    "timestamp, databricks_request_id, conversation_id, status_code, execution_time_ms, request"
)


@dataclass(frozen=True)
class Question:
    """One statement; its parameters are chosen anew for each time it is asked."""

    name: str
    sql: str
    limit_ms: float
    choose: Callable[[random.Random], dict[str, str]] = field(default=lambda _: {})


def questions(rows: int) -> list[Question]:
    """Return the questions to a table of so many rows."""
    return [
        Question(
            "newest 50",
            f"SELECT {_LISTED} FROM {TABLE} ORDER BY timestamp DESC LIMIT 50",
            200,
        ),
        Question(
            "one day with status",
            f"SELECT {_LISTED} FROM {TABLE} WHERE date = :day AND status_code = 400 "
            "ORDER BY timestamp DESC LIMIT 50",
            200,
            _some_day,
        ),
        Question(
            "by request id",
            f"SELECT * FROM {TABLE} WHERE databricks_request_id = :id",
            200,
            lambda chance: {"id": request_id(chance.randrange(rows))},
        ),
        Question(
            "text search within a day",
            f"SELECT {_LISTED} FROM {TABLE} WHERE date = :day AND "
            f"(request ILIKE '%{RARE}%' OR response ILIKE '%{RARE}%') "
            "ORDER BY timestamp DESC LIMIT 50",
            200,
            _some_day,
        ),
        Question(
            "hourly p50, p95, error rate",
            "SELECT date_trunc('HOUR', timestamp) AS hour, "
            "percentile(execution_time_ms, 0.5) AS p50, "
            "percentile(execution_time_ms, 0.95) AS p95, "
            "avg(CASE WHEN status_code >= 400 THEN 1.0 ELSE 0.0 END) AS errors "
            f"FROM {TABLE} GROUP BY 1 ORDER BY 1",
            400,
        ),
    ]


def _some_day(chance: random.Random) -> dict[str, str]:
    day = last_day() - datetime.timedelta(days=chance.randrange(1, DAYS))
    return {"day": day.isoformat()}
