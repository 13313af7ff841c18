"""The peer of the questions to the request logs: an MLflow server's search over 10,000 traces."""

import datetime
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlflow import MlflowClient

from benchmarks.logs.generator import DAYS, RARE, last_day
from benchmarks.peer import tracking_server
from benchmarks.recorded_trace import request_record
from local_workspace.mlflow_database import analyze
from local_workspace.trace_import.recorded import RecordedTrace
from local_workspace.trace_import.sql_destination import SqlDestination

TRACES = 10_000
_BATCH = 100
_PAGE = 50
_MODEL = "main.b.recorded"


class TraceSearch:
    """Asks an MLflow server what the questions ask of the request logs, where it can say."""

    def __init__(self, address: str, request_ids: list[str]) -> None:
        self.address = address
        self._client = MlflowClient(tracking_uri=address)
        self._request_ids = request_ids
        names = self._client.search_experiments()
        self._experiments = [each.experiment_id for each in names]

    @property
    def experiments(self) -> list[str]:
        """Return where the traces are."""
        return list(self._experiments)

    def ask(self, question: str, chance: random.Random) -> bool:
        """Ask; tells whether there is such a question to MLflow at all."""
        condition = self._condition(question, chance)
        if condition is None:
            return False
        self._client.search_traces(
            locations=self._experiments,
            filter_string=condition,
            max_results=_PAGE,
            order_by=["timestamp_ms DESC"],
            include_spans=False,
        )
        return True

    def _condition(self, question: str, chance: random.Random) -> str | None:
        first = _milliseconds(last_day()) - chance.randrange(1, DAYS) * 86_400_000
        time = "attributes.timestamp_ms"
        day = f"{time} >= {first} AND {time} < {first + 86_400_000}"
        return {
            "newest 50": "",
            "one day with status": f"{day} AND attributes.status = 'ERROR'",
            "by request id": f"attributes.client_request_id = '{chance.choice(self._request_ids)}'",
            "text search within a day": f"{day} AND trace.text LIKE '%{RARE}%'",
        }.get(question)


@contextmanager
def searched_server(folder: Path, count: int) -> Iterator[TraceSearch]:
    """Run a server with so many traces during the block."""
    kept = folder / f"request-ids-{count}.json"
    if not kept.exists():
        kept.write_text(json.dumps(import_traces(folder / "tracking.db", count, _MODEL)))
    with tracking_server(folder) as address:
        yield TraceSearch(address, json.loads(kept.read_text()))


def import_traces(database: Path, count: int, model: str, version: str | None = None) -> list[str]:
    """Write so many traces of a model into a server's database; return the ids of requests."""
    traces = list(_traces(count, model, version))
    destination = SqlDestination(database)
    for first in range(0, count, _BATCH):
        destination.import_traces(traces[first : first + _BATCH])
    # Without statistics text search takes minutes; the peer gets them as our own server does.
    analyze(database)
    return [each.request_id for each in traces]


def _traces(count: int, model: str, version: str | None) -> Iterator[RecordedTrace]:
    chance = random.Random(7)
    end = _milliseconds(last_day()) + 23 * 3_600_000
    step = DAYS * 86_400_000 // count
    for number in range(count):
        record = request_record()
        assert record.trace is not None
        assert record.trace_id is not None
        trace = json.loads(record.trace)
        _move(trace, end - (count - number) * step)
        if chance.random() < 0.01:
            trace["info"]["state"] = "ERROR"
        text = json.dumps(trace)
        if chance.random() < 0.0005:
            text = text.replace("far away", f"{RARE} away")
        yield RecordedTrace(
            record.trace_id, text, record.request_id, model_name=model, model_version=version
        )


def _move(trace: dict[str, object], milliseconds: int) -> None:
    info, data = trace["info"], trace["data"]
    assert isinstance(info, dict)
    assert isinstance(data, dict)
    when = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    info["request_time"] = when.isoformat().replace("+00:00", "Z")
    for place, span in enumerate(data["spans"]):
        span["start_time_unix_nano"] = milliseconds * 1_000_000 + place
        span["end_time_unix_nano"] = milliseconds * 1_000_000 + 5_000_000


def _milliseconds(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp() * 1000)
