"""What a reviewer has judged, from a chain's assessment and request logs by SQL.

The statements run with the app's own rights, so each is restricted to the reviewer. Of what others
said only the thumb is read, and a name only for those who may know it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient

from backend.feedback import assessment_tables
from backend.feedback.assessment_tables import HUMAN_TYPES, IDS_PER_STATEMENT, AssessmentLog
from backend.feedback.recorded_statements import last_verdicts
from backend.feedback.verdicts import THUMB, Rating, Thumb, Verdict, thumb_from
from backend.reviews.answered_requests import ANSWER_CHARACTERS, AnsweredRequest, JudgedRecords
from backend.reviews.outcomes import JudgedAnswer, version_of
from backend.tables import sql
from backend.turns.question_identity import asked_before, identity_of
from backend.turns.recorded_turns import document, time_of

PAGE_ROWS = 500
MOST_VERDICTS = 2000
MOST_JUDGED = 1000
# A body beyond this is no conversation of a person; its question is compared with nothing.
BODY_CHARACTERS = 100_000

_REQUESTER = "request_metadata['requester']"
_PERSONS = f"lower(source.type) IN ({', '.join(repr(each) for each in HUMAN_TYPES)})"
_VERSION = (
    "request_metadata['model_name'] AS model_name, "
    "request_metadata['model_version'] AS model_version"
)
_BODY = f"CASE WHEN length(request_raw) <= {BODY_CHARACTERS} THEN request_raw END AS body"
# Finds at least the questions that count as the same; which do is decided afterwards.
_WORDS = r"lower(trim(regexp_replace(request, '[\\s?!.…]+', ' ')))"


def read(
    workspace: WorkspaceClient, log: AssessmentLog, reviewer: str, *, with_names: bool
) -> JudgedRecords:
    """Return the reviewer's last verdicts, the answers they are on, and what became of those."""
    ids = _judged_ids(workspace, log, reviewer)
    found = last_verdicts(assessment_tables.read(workspace, log, ids, reviewer), [])
    verdicts = tuple(verdict for each in found.values() for verdict in each)
    return JudgedRecords(
        verdicts=verdicts,
        requests=tuple(_requests(workspace, log, ids, reviewer)),
        judged=tuple(_judged(workspace, log, reviewer, verdicts, with_names)),
        is_cut=len(ids) >= MOST_VERDICTS,
    )


def _judged_ids(workspace: WorkspaceClient, log: AssessmentLog, reviewer: str) -> list[str]:
    """Return the requests this person said something of, the last first, page by page."""
    ids: list[str] = []
    after: dict[str, str] = {}
    while len(ids) < MOST_VERDICTS:
        statement = _judged_ids_statement(log, continues=bool(after))
        page = sql.rows(workspace, statement, {"reviewer": reviewer, **after})
        ids += [row["request_id"] or "" for row in page]
        if len(page) < PAGE_ROWS:
            break
        last = page[-1]
        after = {"last_at": last["said_at"] or "0", "last_id": last["request_id"] or ""}
    return ids


def _judged_ids_statement(log: AssessmentLog, *, continues: bool) -> str:
    last = "CAST(:last_at AS BIGINT)"
    key = f"said_at < {last} OR (said_at = {last} AND request_id > :last_id)"
    return (
        "SELECT request_id, said_at FROM (SELECT request_id, max(unix_micros(`timestamp`)) AS "
        f"said_at FROM {log.table} WHERE source.id = :reviewer AND {_PERSONS} GROUP BY request_id)"
        f"{f' WHERE {key}' if continues else ''} "
        f"ORDER BY said_at DESC, request_id LIMIT {PAGE_ROWS:d}"
    )


def _requests(
    workspace: WorkspaceClient, log: AssessmentLog, ids: Sequence[str], reviewer: str
) -> list[AnsweredRequest]:
    """Return what the reviewer asked; what somebody else asked stays that person's."""
    columns = (
        "databricks_request_id, conversation_id, timestamp_ms, request, "
        f"left(response, {ANSWER_CHARACTERS + 1}) AS answer, {_BODY}, {_VERSION}"
    )
    found = []
    for start in range(0, len(ids), IDS_PER_STATEMENT):
        chosen = {
            f"request_{place}": each
            for place, each in enumerate(ids[start : start + IDS_PER_STATEMENT])
        }
        statement = (
            f"SELECT {columns} FROM {log.requests} WHERE {_REQUESTER} = :reviewer AND "
            f"databricks_request_id IN ({', '.join(f':{name}' for name in chosen)})"
        )
        rows = sql.rows(workspace, statement, {"reviewer": reviewer, **chosen})
        found += [_request(row) for row in rows]
    return found


def _request(row: sql.Row) -> AnsweredRequest:
    question, body = row["request"] or "", document(row["body"])
    return AnsweredRequest(
        request_id=row["databricks_request_id"] or "",
        conversation_id=row["conversation_id"],
        question=question,
        answer=row["answer"] or "",
        asked_at=time_of(int(row["timestamp_ms"] or 0)),
        version=version_of(row["model_name"], row["model_version"]),
        identity=identity_of(question, body) if body else None,
        before=tuple(asked_before(body)),
    )


def _judged(
    workspace: WorkspaceClient,
    log: AssessmentLog,
    reviewer: str,
    verdicts: Sequence[Verdict],
    with_names: bool,
) -> list[JudgedAnswer]:
    """Return every thumb given on the questions this reviewer called wrongly answered, since."""
    wrong = [each.given_at for each in verdicts if each.thumb is Thumb.NEGATIVE and each.given_at]
    if not wrong:
        return []
    since = int(min(wrong).timestamp() * 1000)
    parameters = {"reviewer": reviewer, "since": str(since)}
    rows = sql.rows(workspace, _judged_statement(log, with_names), parameters)
    return [each for row in rows if (each := _judged_answer(row)) is not None]


def _judged_statement(log: AssessmentLog, with_names: bool) -> str:
    # Whoever may not know names does not get them from the warehouse either.
    name = "reviewer" if with_names else "CAST(NULL AS STRING) AS reviewer"
    return (
        "WITH said AS (SELECT request_id, source.id AS reviewer, `timestamp` AS said_at, "
        f"text_assessment.ratings['{THUMB}'].value AS thumb, row_number() OVER (PARTITION BY "
        "request_id, source.id ORDER BY `timestamp` DESC) AS place "
        f"FROM {log.table} WHERE {_PERSONS} AND text_assessment IS NOT NULL "
        "AND `timestamp` >= timestamp_millis(CAST(:since AS BIGINT))), "
        f"judged AS (SELECT said.*, {_WORDS} AS words, request, {_BODY}, {_VERSION} "
        f"FROM said JOIN {log.requests} ON databricks_request_id = request_id "
        "WHERE place = 1 AND thumb IS NOT NULL) "
        f"SELECT request_id, unix_millis(said_at) AS said_at, thumb, {name}, "
        "reviewer = :reviewer AS is_mine, request, body, model_name, model_version FROM judged "
        "WHERE words IN (SELECT words FROM judged WHERE reviewer = :reviewer "
        f"AND thumb IN ('{Thumb.NEGATIVE}', 'false')) "
        f"ORDER BY said_at DESC LIMIT {MOST_JUDGED:d}"
    )


def _judged_answer(row: sql.Row) -> JudgedAnswer | None:
    value = row["thumb"]
    thumb = thumb_from(Rating({"true": True, "false": False}.get(value or "", value)))
    body = document(row["body"])
    # Without the body nobody knows what was asked before.
    if thumb is None or not body:
        return None
    return JudgedAnswer(
        request_id=row["request_id"] or "",
        question=identity_of(row["request"] or "", body),
        version=version_of(row["model_name"], row["model_version"]),
        thumb=thumb,
        at=datetime.fromtimestamp(int(row["said_at"] or 0) / 1000, UTC),
        is_mine=row["is_mine"] == "true",
        reviewer=row["reviewer"],
    )
