"""A SQL console as the page meets it, behind the one seam."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from backend.errors import ReviewAppError
from backend.identity import Viewer
from backend.sql_console.record import (
    Chunk,
    Column,
    Kind,
    Look,
    PastStatement,
    Result,
    ResultPage,
    State,
    TableColumn,
)

COLUMNS = (
    Column("version", "STRING", Kind.TEXT),
    Column("asked", "BIGINT", Kind.WHOLE),
    Column("day", "DATE", Kind.DAY),
)
ROWS = (("1", "12", "2026-03-01"), ("", "7", "2026-03-02"), (None, None, None))
FOUND = Look(State.DONE, Result(COLUMNS, len(ROWS), (Chunk(0, 0, len(ROWS)),)))
SELECT = "SELECT 1"
PAST = PastStatement(
    "run-7", "SELECT *\nFROM <b>t</b>", State.DONE, datetime(2026, 3, 3, 12, tzinfo=UTC), 1_234, 5
)


@dataclass
class FakeSqlConsole:
    """Finds what it was given, or raises; remembers what it was told."""

    looks: list[Look | ReviewAppError] = field(default_factory=lambda: [FOUND])
    rows: tuple[tuple[str | None, ...], ...] = ROWS
    whole: tuple[str | None, ...] = ()
    past: tuple[PastStatement, ...] | ReviewAppError = (PAST,)
    names: dict[tuple[str, ...], list[str]] = field(
        default_factory=lambda: {
            (): ["main", "odd`one"],
            ("main",): ["rag"],
            ("main", "rag"): ["chain_payload"],
            ("odd`one",): [],
        }
    )
    error: ReviewAppError | None = None
    submitted: list[str] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)
    asked_names: list[tuple[str, ...]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)

    def submit(self, statement: str) -> str:
        if self.error:
            raise self.error
        self.submitted.append(statement)
        return f"run-{len(self.submitted)}"

    def look(self, _run_id: str, _patience: float = 0.0) -> Look:
        """Say one after the other what was given, and the last for ever."""
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, ReviewAppError):
            raise look
        return look

    def cancel(self, run_id: str) -> None:
        self.canceled.append(run_id)
        self.looks = [Look(State.STOPPED)]

    def page(self, _run_id: str, _result: Result, first: int) -> ResultPage:
        self.pages.append(first)
        return ResultPage(first, self.rows, has_cut_cells=bool(self.whole))

    def row(self, _run_id: str, _result: Result, _number: int) -> tuple[str | None, ...]:
        return self.whole

    def csv(self, _run_id: str, _result: Result) -> Iterator[bytes]:
        yield b"version,asked,day\r\n"

    def mine(self, _viewer: Viewer, *, of_any_program: bool = False) -> tuple[PastStatement, ...]:
        if isinstance(self.past, ReviewAppError):
            raise self.past
        return self.past * (2 if of_any_program else 1)

    def catalogs(self) -> list[str]:
        return self._named()

    def schemas(self, catalog: str) -> list[str]:
        return self._named(catalog)

    def tables(self, catalog: str, schema: str) -> list[str]:
        return self._named(catalog, schema)

    def columns(self, catalog: str, schema: str, table: str) -> list[TableColumn]:
        self.asked_names.append((catalog, schema, table))
        return [TableColumn("request", "string"), TableColumn("odd name", "map<string,string>")]

    def _named(self, *above: str) -> list[str]:
        if self.error:
            raise self.error
        self.asked_names.append(above)
        return self.names[above]


def opened(visit, **address):
    at = visit.open()
    for name, value in address.items():
        at.query_params[name] = value
    return at.switch_page("../pages/sql_console.py").run()


def button(at, label):
    return next(each for each in at.button if each.label.replace("\\", "").startswith(label))


def ran(visit, statement=SELECT):
    """Write a statement and run it."""
    at = opened(visit)
    at.text_area[0].set_value(statement).run()
    return button(at, "Run").click().run()
