"""What a statement, its result and its failure are, whoever draws them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# A result is cut off behind so many rows, and before the workspace would refuse it for its size.
MOST_ROWS = 10_000
MOST_BYTES = 24 * 1024 * 1024
PAGE_ROWS = 1_000


class State(StrEnum):
    """How far a statement is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self not in (State.WAITING, State.RUNNING)


class Kind(StrEnum):
    """What a column's cells are, as far as a table or a plot cares."""

    WHOLE = "whole number"
    NUMBER = "number"
    MOMENT = "moment"
    DAY = "day"
    BOOLEAN = "yes or no"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Tell whether it can be measured."""
        return self in (Kind.WHOLE, Kind.NUMBER)

    @property
    def is_time(self) -> bool:
        """Tell whether it goes from left to right by itself."""
        return self in (Kind.MOMENT, Kind.DAY)


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    # Told apart from others of its name; what the statement called it may come twice.
    label: str
    type: str
    kind: Kind


@dataclass(frozen=True)
class Chunk:
    """Where a run of rows lies."""

    index: int
    offset: int
    count: int


@dataclass(frozen=True)
class Result:
    """What there is to read; no row of it."""

    columns: tuple[Column, ...]
    row_count: int
    chunks: tuple[Chunk, ...] = ()
    # There was more than the console takes.
    is_cut: bool = False


@dataclass(frozen=True)
class Problem:
    """Why a statement was not answered, in words and with its place, if the workspace gave one."""

    sentence: str
    # The workspace's own stable code, such as UNRESOLVED_COLUMN.
    code: str = ""
    sql_state: str = ""
    # Lines are counted from 1, positions in a line from 0.
    line: int | None = None
    position: int | None = None
    # All that the workspace said.
    message: str = ""


@dataclass(frozen=True)
class Look:
    """How a statement stands now."""

    state: State
    result: Result | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class ResultPage:
    """Some rows of a result as a table shows them: long cells are only begun."""

    first: int
    rows: tuple[tuple[str | None, ...], ...]
    has_cut_cells: bool = False


@dataclass(frozen=True)
class PastStatement:
    """One statement of the history."""

    run_id: str
    text: str
    state: State
    at: datetime | None = None
    took_ms: int | None = None
    rows: int | None = None
    error: str = ""


@dataclass(frozen=True)
class TableColumn:
    """One column of a table there is."""

    name: str
    type: str
