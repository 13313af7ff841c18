"""A runner of statements as the query process has it, over a folder of its own."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from local_workspace.sql.failure import StatementFailed
from local_workspace.sql.job import Job, Setup
from local_workspace.sql.limits import SqlLimits
from local_workspace.sql.statement_request import Parameter, StatementRequest
from local_workspace.sql.statement_runner import StatementRunner


class Answer:
    """The columns and rows of a statement that succeeded."""

    def __init__(self, columns: list[dict[str, Any]], rows: list[list[str | None]]) -> None:
        self.columns = columns
        self.rows = rows

    @property
    def names(self) -> list[str]:
        return [column["name"] for column in self.columns]

    @property
    def types(self) -> list[str]:
        return [column["type_text"] for column in self.columns]


Ask = Callable[..., Answer]


class Sql:
    """Runs statements in this process."""

    def __init__(self, folder: Path, **limits) -> None:
        self.folder = folder
        self.tables: list[Any] = []
        setup = Setup(SqlLimits(**limits), folder / "user_tables", folder / "scratch")
        self.runner = StatementRunner(setup)

    def __call__(self, statement: str, may_write: bool = False, **request) -> Answer:
        given = request.pop("parameters", {})
        parameters = [Parameter(name, *_value(value)) for name, value in given.items()]
        asked = StatementRequest(statement, parameters=tuple(parameters), **request)
        directory = self.folder / "result"
        job = Job(asked, self.tables, "somebody", may_write, directory)
        manifest = self.runner.run(job, threading.Event())
        rows = []
        for chunk in manifest.chunks:
            rows += orjson.loads((directory / f"{chunk.chunk_index}.json").read_bytes())
        return Answer(manifest.columns, rows)

    def failure(self, statement: str, **options) -> StatementFailed:
        """Return the failure of a statement that must fail."""
        with pytest.raises(StatementFailed) as caught:
            self(statement, **options)
        return caught.value


def _value(value: Any) -> tuple[Any, str]:
    return value if isinstance(value, tuple) else (value, "STRING")


@pytest.fixture(scope="session")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Sql:
    """Statements without tables but those a test makes."""
    return Sql(tmp_path_factory.mktemp("sql"))
