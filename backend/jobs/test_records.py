"""What a test run and a load test leave behind alike: figures, a result, rows in tables."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import TypeVar

from backend.endpoint_tests import registry as endpoint_tests_registry
from backend.endpoint_tests import tables as endpoint_tests_tables
from backend.endpoint_tests.figures import Figures
from backend.endpoint_tests.tables import Examined
from backend.endpoint_tests.test_tables import Row, Table
from backend.error_translation import translated
from backend.jobs.work import Work

# Part of the result, which is a tag of 5,000 bytes at most.
LONGEST_SENTENCE = 500
LOOK_SECONDS = 1.0
T = TypeVar("T")


def tested(work: Work, served_name: str) -> Examined:
    """Return what is tested, as it is now."""
    with translated():
        detail = work.workspace.serving_endpoints.get(work.job.endpoint)
    return Examined(detail, work.job.id, datetime.now(UTC), served_name)


def keep_figures(
    work: Work, what: Examined, figures: Figures, served_names: Iterable[str], first_error: str
) -> None:
    """Put the figures on the run, and into the result."""
    work.log_metrics(figures.metrics())
    work.result |= figures.metrics()
    work.result["versions"] = what.versions(sorted(set(served_names)))
    if first_error:
        work.result["first_error"] = first_error[:LONGEST_SENTENCE]


def keep_rows(work: Work, what: Examined, table: Table, rows: Sequence[Row], total: int) -> None:
    """Write the lab's tables when all is done; the result says what became of that."""
    work.tell(total, total, "Writing the tables.")
    versions = [(each.model, each.version) for each in what.served.values()]

    def write() -> str:
        models = endpoint_tests_registry.model_rows(versions)
        return endpoint_tests_tables.record(work.workspace, what, models, table, rows)

    work.result["tables"] = _while_alive(work, write)[:LONGEST_SENTENCE]


def _while_alive(work: Work, function: Callable[[], T]) -> T:
    """Do what may take minutes, a warehouse that has to start first, and stay alive meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(function)
        while not wait([under_way], timeout=LOOK_SECONDS).done:
            work.keep_alive()
    return under_way.result()
