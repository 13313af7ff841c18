"""The questions of a test: pasted, from a file, from the endpoint's own logs.

Files and logs were written by anybody, so nothing here trusts their shape: what cannot be read is
left out, or refused with a sentence.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import PurePath

from databricks.sdk import WorkspaceClient

from backend.endpoint_tests.plan import MOST_QUESTIONS, distinct
from backend.error_translation import translated
from backend.errors import NotFound, Refused
from backend.feedback.assessment_tables import AssessmentLog, assessment_log
from backend.tables import sql
from backend.turns.chat_requests import QUESTION_COLUMNS
from backend.turns.own_requests import ASKED_BY_PEOPLE
from backend.turns.recorded_turns import document, question_in

MOST_BYTES = 2_000_000


def pasted(text: str) -> list[str]:
    """Return one question a line."""
    return distinct(text.splitlines())


def in_file(name: str, content: bytes) -> list[str]:
    """Return the questions of a file: a line each, a row of CSV each, a line of JSON each."""
    if len(content) > MOST_BYTES:
        raise Refused(f"The file is too large; it may have {MOST_BYTES // 1_000_000} MB at most.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("The file is no text in UTF-8.") from error
    kind = PurePath(name).suffix.lower()
    if kind == ".csv":
        return distinct(_in_csv(text))
    if kind in (".jsonl", ".ndjson"):
        return distinct(_in_lines_of_json(text))
    return pasted(text)


def in_logs(workspace: WorkspaceClient, endpoint: str, most: int) -> list[str]:
    """Return what people asked the endpoint last, each question once."""
    if not 1 <= most <= MOST_QUESTIONS:
        raise Refused(f"The number of questions must be from 1 to {MOST_QUESTIONS}.")
    with translated():
        log = assessment_log(workspace.serving_endpoints.get(endpoint))
    if log is None:
        raise NotFound("This endpoint has no request logs.")
    found = sql.rows(workspace, _newest(log, most), {})
    return distinct(row["question"] or "" for row in found)


def _newest(log: AssessmentLog, most: int) -> str:
    return (
        "SELECT request AS question, max(`timestamp`) AS asked_at "
        f"FROM {log.requests} WHERE request IS NOT NULL AND request <> '' AND {ASKED_BY_PEOPLE} "
        f"GROUP BY request ORDER BY asked_at DESC LIMIT {int(most)}"
    )


def _in_csv(text: str) -> Iterator[str]:
    """Yield the cells of the column that is called like a question, else of the first."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error as error:
        raise Refused(f"The file is no CSV: {error}.") from error
    if not rows:
        return
    header = [each.strip().lower() for each in rows[0]]
    named = [header.index(each) for each in QUESTION_COLUMNS if each in header]
    place = named[0] if named else 0
    for row in rows[1:] if named else rows:
        yield row[place] if place < len(row) else ""


def _in_lines_of_json(text: str) -> Iterator[str]:
    """Yield the question of each line, which is a text, a row, or the body of a request."""
    for line in text.splitlines():
        found = document(line)
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            inputs = found.get("inputs")
            yield question_in(inputs if isinstance(inputs, dict) else found)
