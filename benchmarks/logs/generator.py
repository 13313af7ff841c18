"""Request logs as a month of a busy chain would leave them: any number of rows of about 7 KB.

Written as the flusher writes them, into the data directory of a workspace that is not running.
"""

import datetime
import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from local_workspace.inference_tables.delta_table import AppendedTable
from local_workspace.inference_tables.spool import application_id, create_spool, open_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from local_workspace.settings import Settings

LOGS = TableSet("main", "benchmarks", "logs", is_legacy=False)
DAYS = 30
# A word that occurs in few answers, for searching.
RARE = "supernova"
# What a compacted file holds.
ROWS_PER_FILE = 20_000
_SYLLABLES = (
    *("ka", "ro", "mi", "ten", "sal", "vor", "lu", "pex"),
    *("dra", "on", "ist", "um", "be", "fi", "gor", "han"),
)
_SENTENCES = 20_000


def last_day() -> datetime.date:
    """Return the newest day with rows."""
    return datetime.datetime.now(datetime.UTC).date()


def generate(data_dir: Path, rows: int, seed: int = 7) -> None:
    """Write so many rows, oldest first, spread evenly over the days."""
    settings = Settings(data_dir=data_dir)
    create_spool(settings.spool_path)
    with (
        closing(TableSets(settings.spool_path, settings.tables_dir)) as sets,
        closing(open_spool(settings.spool_path)) as spool,
    ):
        sets.save(LOGS)
        kind = TableKind.REQUEST_LOGS
        location = sets.location(LOGS, kind)
        table = AppendedTable(location.path, kind.schema, location.full_name, application_id(spool))
        for chunk in _chunks(rows, random.Random(seed)):
            # No id of the spool: these rows never were in it.
            table.append(pa.Table.from_pylist(chunk, schema=kind.schema), 0)


def request_id(number: int) -> str:
    """Return the id of the row of this number."""
    return f"{number:08x}-0000-4000-8000-{number * 2654435761 % 2**48:012x}"


def _chunks(rows: int, chance: random.Random) -> Iterator[list[dict[str, Any]]]:
    sentences = [_sentence(chance) for _ in range(_SENTENCES)]
    end = datetime.datetime.combine(last_day(), datetime.time(23), datetime.UTC)
    start = end - datetime.timedelta(days=DAYS)
    step = (end - start) / rows
    for first in range(0, rows, ROWS_PER_FILE):
        numbers = range(first, min(first + ROWS_PER_FILE, rows))
        yield [_row(number, start + number * step, sentences, chance) for number in numbers]


def _row(
    number: int, when: datetime.datetime, sentences: list[str], chance: random.Random
) -> dict[str, Any]:
    question = chance.choice(sentences)
    answer = " ".join(chance.choices(sentences, k=8))
    if chance.random() < 0.0005:
        answer = f"{answer} {RARE}"
    failed = chance.random() < 0.01
    passages = [" ".join(chance.choices(sentences, k=9)) for _ in range(3)]
    request = {"messages": [{"role": "user", "content": question}]}
    response = {"choices": [{"message": {"role": "assistant", "content": answer}}]}
    return {
        "databricks_request_id": request_id(number),
        "date": when.date(),
        "timestamp_ms": int(when.timestamp() * 1000),
        "timestamp": when,
        "status_code": 400 if failed else 200,
        "execution_time_ms": int(chance.lognormvariate(7, 0.6)),
        "conversation_id": f"c{number // 4}",
        "request": question,
        "response": None if failed else answer,
        "request_raw": json.dumps(request),
        "response_raw": json.dumps(response),
        "trace": json.dumps({"spans": [{"outputs": passages}, {"inputs": request}]}),
        "sampling_fraction": 1.0,
        "request_metadata": [("endpoint_name", "logs"), ("model_version", str(number % 3 + 1))],
        "schema_version": "1",
    }


def _sentence(chance: random.Random) -> str:
    words = ("".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(20))
    return " ".join(words).capitalize() + "."
