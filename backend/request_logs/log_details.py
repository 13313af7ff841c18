"""Everything of one request: what was asked and answered, who said what of it, the bodies."""

from collections.abc import Sequence
from dataclasses import replace

from databricks.sdk import WorkspaceClient

from backend.errors import NotFound, Refused
from backend.feedback import assessment_tables
from backend.feedback.recorded_statements import Statement, last_verdicts
from backend.feedback.verdicts import Thumb, Verdict
from backend.request_logs import log_pages
from backend.request_logs.log_tables import LogTables
from backend.request_logs.record import CALLER_LEFT, QUESTION_CHARACTERS, LogDetail, LogRow
from backend.tables import sql
from backend.turns.recorded_turns import Asked, RecordedTurn, document, question_in, recorded_turn

# So much of each body is read to make sense of it, and so much is shown.
READ_CHARACTERS = 3_000_000
SHOWN_CHARACTERS = 1_000_000
NOT_ON_RECORD = "This request is not on record, or not any more."
_BODIES = ("request_body", "response_body", "trace")


def read(workspace: WorkspaceClient, tables: LogTables, request_id: str) -> LogDetail:
    """Return it; raise NotFound if it is not on record."""
    try:
        row = _row(workspace, tables, request_id, READ_CHARACTERS)
    except Refused:
        # Letters of several bytes each, together more than one answer may have.
        row = _row(workspace, tables, request_id, SHOWN_CHARACTERS)
    turn = _turn(row, tables.endpoint)
    statements = words_on(workspace, tables, request_id)
    verdicts = last_verdicts(statements, []).get(request_id, [])
    listed = log_pages.row_of(row, row["error"] or "")
    listed = replace(listed, question=turn.asked.question[:QUESTION_CHARACTERS])
    return LogDetail(
        row=counted(listed, verdicts),
        endpoint=tables.endpoint,
        model=row["model"] or "",
        turn=turn,
        verdicts=tuple(verdicts),
        history=tuple(_history(statements)),
        request_body=_shown(row, "request_body"),
        response_body=_shown(row, "response_body"),
        trace=_shown(row, "trace"),
        logging_errors=_logging_errors(workspace, tables, row),
    )


def words_on(workspace: WorkspaceClient, tables: LogTables, request_id: str) -> list[Statement]:
    """Return every word of everybody on one request, in the order of time."""
    if tables.assessments is None:
        return []
    return assessment_tables.read_from(workspace, tables.assessments, [request_id], None)


def counted(row: LogRow, verdicts: Sequence[Verdict]) -> LogRow:
    """Return a row with what these verdicts come to."""
    return replace(
        row,
        up=sum(each.thumb is Thumb.POSITIVE for each in verdicts),
        down=sum(each.thumb is Thumb.NEGATIVE for each in verdicts),
        comments=sum(bool(each.comment) for each in verdicts),
    )


def _row(workspace: WorkspaceClient, tables: LogTables, request_id: str, most: int) -> sql.Row:
    bodies = ", ".join(
        f"left({tables[name]}, {most:d}) AS {name}, length({tables[name]}) AS {name}_length"
        for name in _BODIES
    )
    rows = sql.rows(
        workspace,
        f"SELECT {log_pages.listed(tables)}, {tables['model']} AS model, "
        f"{tables['error']} AS error, {tables['error_codes']} AS error_codes, "
        f"left({tables['question']}, {SHOWN_CHARACTERS}) AS whole_question, "
        f"left({tables['answer']}, {SHOWN_CHARACTERS}) AS whole_answer, {bodies} "
        f"FROM {tables.requests} AS log WHERE {tables['id']} = :log_request AND {tables.only} "
        "LIMIT 1",
        {"log_request": request_id},
    )
    if not rows:
        raise NotFound(NOT_ON_RECORD)
    return rows[0]


def _turn(row: sql.Row, endpoint: str) -> RecordedTurn:
    request, response, trace = (document(row[name]) for name in _BODIES)
    listed = log_pages.row_of(row)
    asked = Asked(
        conversation_id=listed.conversation_id,
        endpoint=endpoint,
        user=listed.requester,
        at=listed.at,
        question=question_in(request) or row["whole_question"] or "",
    )
    is_interrupted = listed.status == CALLER_LEFT
    turn = recorded_turn(
        asked, listed.request_id, request, response, trace, is_interrupted=is_interrupted
    )
    if turn.answer.text or not row["whole_answer"]:
        return turn
    # The body was not understood, or is longer than what is read of it.
    return replace(turn, answer=replace(turn.answer, text=row["whole_answer"]))


def _history(statements: Sequence[Statement]) -> list[Verdict]:
    """Return what each person had said by then, word by word.

    What is said at once, of an answer and of its sources, is one word.
    """
    moments = list(dict.fromkeys((each.at, each.reviewer) for each in statements))
    return [
        verdict
        for at, reviewer in moments
        for verdicts in last_verdicts(
            [each for each in statements if each.reviewer == reviewer and each.at == at], []
        ).values()
        for verdict in verdicts
    ]


def _shown(row: sql.Row, name: str) -> str | None:
    """Return a body, or its beginning with a sentence that says how much there is."""
    text, length = row[name], int(row[f"{name}_length"] or 0)
    if text is None or length <= SHOWN_CHARACTERS:
        return text
    return (
        f"{text[:SHOWN_CHARACTERS]}\n\n"
        f"Cut here: these are the first {SHOWN_CHARACTERS:,} of {length:,} characters."
    )


def _logging_errors(workspace: WorkspaceClient, tables: LogTables, row: sql.Row) -> tuple[str, ...]:
    codes = row["error_codes"]
    if tables.payload and (row["request_body"] is None or row["response_body"] is None):
        found = sql.rows(
            workspace,
            f"SELECT {tables.payload_columns['error_codes']} AS codes FROM {tables.payload} AS log "
            f"WHERE {tables.payload_columns['id']} = :log_request LIMIT 1",
            {"log_request": row["request_id"] or ""},
        )
        codes = found[0]["codes"] if found else None
    return tuple(each for each in (codes or "").split(", ") if each)
