"""A chain with a month of recorded requests, for the pages of analysts: 10,000 of them.

The oldest lie in the tables as a flusher leaves them; the newest are put on record as if they had
just been answered, so that the workspace takes them into Delta and MLflow while journeys begin.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.agents import deploy
from benchmarks.logs import spooled
from benchmarks.logs.generator import Log, write
from benchmarks.logs.turns import Month, Turn, request_id
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_sets import TableSet
from local_workspace.settings import Settings
from tests.browser.conftest import Place, allow, led_to
from tests.registered_models import question, register, register_again

MODEL = "main.browser.logged_chain"
ENDPOINT = "agents_main-browser-logged_chain"
TITLE = "Logged chain"
TABLES = TableSet("main", "browser", "logged_chain", is_legacy=False)
REQUESTS = 10_000
# So many of the newest are in MLflow, too; the hostile ones are among them.
IN_MLFLOW = 120
VERSIONS = 8


@dataclass(frozen=True)
class Logged:
    """The endpoint, what was asked of it, and how an analyst gets there."""

    place: Place
    endpoint: str
    log: Log

    @property
    def newest(self) -> str:
        """The id of the newest request."""
        return request_id(REQUESTS - 1)

    def turn(self, number: int) -> Turn:
        """Return what there is to know of the request of this number."""
        return next(self.log.turns(number, number + 1))

    def analyst(self, name: str, page: str = "", **address: str) -> str:
        """Return the link with which an analyst of this name signs in, to an address of a page."""
        user = f"{name.lower()}@example.com"
        self.place.client.ensure_user(user, name, "analysts")
        allow(self.place, user, self.endpoint)
        link = f"{self.place.app}/sign-in?code={self.place.client.sign_in_code(user)}"
        query = "%26".join(f"{key}%3D{value}" for key, value in address.items())
        return f"{link}&next=/{page}" + (f"%3F{query}" if query else "") if page else link


def log_requests(place: Place, wait: Callable[[Callable[[], bool]], None]) -> Logged:
    """Deploy the chain, and put the requests on record."""
    with led_to(place.workspace):
        register(MODEL, "talking", input_example=question("say hello"))
        for _ in range(VERSIONS - 1):
            register_again(MODEL)
        deploy(MODEL, VERSIONS, description="Answers from the handbook.", tags=_TAGS)
    month = Month(REQUESTS, datetime.datetime.now(datetime.UTC))
    log = Log(month, TABLES, ENDPOINT, MODEL, is_hostile=True)
    settings = Settings(data_dir=place.folder)
    # The flusher makes the tables; who comes later appends to them beside it.
    wait(lambda: all(_is_made(settings, kind) for kind in log.kinds))
    oldest = REQUESTS - IN_MLFLOW
    write(place.folder, log, oldest)
    spooled.make_known(settings.spool_path, log, oldest)
    spooled.put_on_record(settings.spool_path, log, oldest)
    return Logged(place, ENDPOINT, log)


_TAGS = {"reviewapp.title": TITLE}


def _is_made(settings: Settings, kind: TableKind) -> bool:
    table: Path = settings.tables_dir / TABLES.catalog / TABLES.schema / TABLES.table_name(kind)
    return (table / "_delta_log" / f"{0:020}.json").exists()
