"""Finds recorded requests in an endpoint's log by SQL, and reads what was asked and answered.

It reads with the rights of the client it is given; whoever calls has made sure of the visitor's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient

from backend.errors import Refused
from backend.feedback import assessment_tables
from backend.feedback.assessment_tables import HUMAN_TYPES, AssessmentLog
from backend.feedback.recorded_statements import last_verdicts
from backend.feedback.verdicts import THUMB, Verdict
from backend.replay.record import FormerRequest, Said, Wanted
from backend.tables import sql
from backend.turns.chat_requests import ROLE
from backend.turns.own_requests import ASKED_BY_PEOPLE
from backend.turns.question_identity import asked_before
from backend.turns.recorded_turns import Asked, document, question_in, recorded_turn, time_of

NO_TABLES = (
    "This endpoint keeps no record of its requests, so there is nothing to ask again. Deploy it "
    "with inference tables, and what people ask from then on can be replayed."
)
# Whole bodies are read so many at a time; if they are long, one by one.
BODIES_AT_ONCE = 10

_PERSONS = f"lower(source.type) IN ({', '.join(repr(each) for each in HUMAN_TYPES)})"
_THUMB = f"element_at(text_assessment.ratings, '{THUMB}').value"
# What the chain was really asked, by somebody who wanted the answer: not beside another version.
# In a text that somebody wrote, the quotes are escaped; a body is shorter than its trace.
_ASKED = (
    "(trace IS NOT NULL OR status_code = 200) AND request_raw IS NOT NULL "
    f"AND request_raw NOT LIKE '%\"{ROLE}\":%' AND {ASKED_BY_PEOPLE}"
)
_NOBODY = "coalesce(words, 0) = 0"
_BY_SAID = {Said.DOWN: "down > 0", Said.UP: "up > 0", Said.NOTHING: _NOBODY, Said.ANYTHING: "TRUE"}
_BODIES = (
    "databricks_request_id, timestamp_ms, request, request_raw, response_raw, "
    "request_metadata['requester'] AS requester, request_metadata['model_name'] AS model_name, "
    "request_metadata['model_version'] AS model_version"
)


@dataclass(frozen=True)
class Found:
    """One request that is wanted, by its id."""

    request_id: str
    version: str


def count(workspace: WorkspaceClient, log: AssessmentLog, wanted: Wanted) -> int:
    """Return how many requests are like this, also beyond what is asked at a time."""
    statement, parameters = _query(log, wanted, "count(*) AS number")
    (row,) = sql.rows(workspace, statement, parameters)
    return int(row["number"] or 0)


def find(workspace: WorkspaceClient, log: AssessmentLog, wanted: Wanted) -> list[Found]:
    """Return the requests that are wanted, the newest first."""
    version = "request_metadata['model_version'] AS version"
    statement, parameters = _query(log, wanted, f"databricks_request_id, {version}")
    statement += f" ORDER BY timestamp_ms DESC, databricks_request_id LIMIT {wanted.most:d}"
    rows = sql.rows(workspace, statement, parameters)
    return [Found(row["databricks_request_id"] or "", row["version"] or "") for row in rows]


def read(
    workspace: WorkspaceClient, log: AssessmentLog, request_ids: Sequence[str]
) -> Iterator[FormerRequest]:
    """Yield the requests that are still on record, in any order, a few at a time."""
    for start in range(0, len(request_ids), BODIES_AT_ONCE):
        yield from _read(workspace, log, request_ids[start : start + BODIES_AT_ONCE])


def verdicts_on(
    workspace: WorkspaceClient, log: AssessmentLog, request_ids: Sequence[str]
) -> dict[str, list[Verdict]]:
    """Return everybody's last word on each of these requests."""
    return last_verdicts(assessment_tables.read(workspace, log, request_ids, None), [])


def _read(
    workspace: WorkspaceClient, log: AssessmentLog, request_ids: Sequence[str]
) -> list[FormerRequest]:
    parameters = {f"request_{place}": each for place, each in enumerate(request_ids)}
    statement = (
        f"SELECT {_BODIES} FROM {log.requests} "
        f"WHERE databricks_request_id IN ({', '.join(f':{name}' for name in parameters)})"
    )
    try:
        rows = sql.rows(workspace, statement, parameters)
    except Refused:
        # Together they are more than an answer may have.
        if len(request_ids) == 1:
            return []
        return [found for each in request_ids for found in _read(workspace, log, [each])]
    return [_former(row) for row in rows]


def _former(row: sql.Row) -> FormerRequest:
    body, request_id = document(row["request_raw"]), row["databricks_request_id"] or ""
    at = time_of(int(row["timestamp_ms"] or 0))
    question = question_in(body) or row["request"] or ""
    turn = recorded_turn(
        Asked("", "", "", at, question), request_id, body, document(row["response_raw"]), None
    )
    return FormerRequest(
        request_id=request_id,
        question=question,
        answer=turn.answer.text,
        before=tuple(asked_before(body)),
        model=row["model_name"] or "",
        version=row["model_version"] or "",
        asked_at=at,
        asked_by=row["requester"] or "",
        body=body if isinstance(body, dict) else None,
    )


def _query(log: AssessmentLog, wanted: Wanted, columns: str) -> tuple[str, dict[str, str]]:
    """Return a query of what is wanted; what somebody typed travels as a parameter."""
    conditions, parameters = [_ASKED, _BY_SAID[wanted.said]], {}
    if wanted.with_comment:
        conditions.append("comments > 0")
    if wanted.version:
        conditions.append("request_metadata['model_version'] = :version")
        parameters["version"] = wanted.version
    for name, sign, moment in (("since", ">=", wanted.since), ("until", "<=", wanted.until)):
        if moment:
            conditions.append(f"timestamp_ms {sign} CAST(:{name} AS BIGINT)")
            parameters[name] = str(round(moment.timestamp() * 1000))
    if wanted.request_ids:
        picked = {f"picked_{place}": each for place, each in enumerate(wanted.request_ids)}
        listed = ", ".join(f":{name}" for name in picked)
        conditions.append(f"databricks_request_id IN ({listed})")
        parameters |= picked
    if text := wanted.text.strip():
        texts = "lower(concat_ws(' ', request, response))"
        conditions.append(f"contains({texts}, lower(:text))")
        parameters["text"] = text
    return (
        f"WITH said AS ({_said(log)}), judged AS (SELECT request_id, "
        "count_if(thumb IN ('positive', 'true')) AS up, "
        "count_if(thumb IN ('negative', 'false')) AS down, "
        "count_if(length(comment) > 0) AS comments, "
        "count_if(thumb IS NOT NULL OR length(comment) > 0) AS words "
        "FROM said WHERE place = 1 GROUP BY request_id) "
        f"SELECT {columns} FROM {log.requests} LEFT JOIN judged "
        f"ON databricks_request_id = judged.request_id WHERE {' AND '.join(conditions)}",
        parameters,
    )


def _said(log: AssessmentLog) -> str:
    """Return a query of what stands: of each person the last word on each answer."""
    return (
        f"SELECT request_id, {_THUMB} AS thumb, text_assessment.free_text_comment AS comment, "
        "row_number() OVER (PARTITION BY request_id, source.id ORDER BY `timestamp` DESC) AS place "
        f"FROM {log.table} WHERE {_PERSONS} AND text_assessment IS NOT NULL"
    )
