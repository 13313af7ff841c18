"""A recorded request as a record of an MLflow evaluation dataset."""

from typing import Any

from backend.feedback.verdicts import CORRECTED, Verdict
from backend.log_export.reading import Recorded
from backend.turns.recorded_turns import document

# What a caller says beside the question, which is no part of it.
_BESIDE = ("client_request_id", "databricks_options", "usage_context", "context", "stream")
_TABLES = ("dataframe_records", "inputs", "instances")


def evaluation_record(recorded: Recorded, endpoint: str) -> dict[str, Any]:
    """Return inputs as the chain takes them, what it answered, and what people expect.

    The latest word counts where several people say what the answer should have been.
    """
    cells = recorded.cells
    tags = {
        "request_id": cells["id"] or "",
        "endpoint": endpoint,
        "version": cells["version"] or "",
    }
    return {
        "inputs": _inputs(cells.get("request_body"), cells["question"]),
        "outputs": {"response": cells["answer"] or ""},
        "expectations": _expectations(recorded.verdicts),
        "tags": {name: value for name, value in tags.items() if value},
    }


def _inputs(body: str | None, question: str | None) -> dict[str, Any]:
    asked = _row(document(body))
    kept = {name: value for name, value in asked.items() if name not in _BESIDE}
    return kept or {"question": question or ""}


def _row(body: Any) -> dict[str, Any]:
    """Return what a chain is called with: of a table of one question, its row."""
    if not isinstance(body, dict):
        return {}
    for table in _TABLES:
        rows = body.get(table)
        if isinstance(rows, list):
            first = rows[0] if len(rows) == 1 else None
            return first if isinstance(first, dict) else {}
    return {} if "dataframe_split" in body else body


def _expectations(verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    expected: dict[str, Any] = {}
    for verdict in reversed(verdicts):
        expected |= {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in verdict.expectations.items()
        }
        if verdict.corrected_answer:
            expected[CORRECTED] = verdict.corrected_answer
    return expected
