"""What becomes of a feedback call: recorded as a whole, or refused as a whole."""

import asyncio
import json
import random
import sqlite3
import time

import pytest

from local_workspace.errors import (
    InvalidParameter,
    InvalidState,
    NotFound,
    PermissionDenied,
    RecordNotWritten,
    WorkspaceError,
)
from local_workspace.feedback.service import FeedbackService
from local_workspace.inference_tables.records import KnownRequest, RequestRecord
from local_workspace.inference_tables.spool import create_spool
from local_workspace.inference_tables.spool_writer import SpoolWriter

TABLES = "main.rag.chain"
THUMB = [{"ratings": {"answer_correct": {"value": "positive"}}}]
SOURCES = [{"position": 0, "ratings": {}}, {"position": 1, "ratings": {}}]


class OpenRecord:
    """The record of a call, kept in memory or handed to a writer."""

    def __init__(self, append=None, table_set=TABLES):
        self.table_set = table_set
        self.written = []
        self._append = append

    async def accepted(self, answer, verdicts):
        if self._append:
            call = RequestRecord(
                self.table_set, "feedback-1", 2, 200, 0, "ann@example.com", "e", is_feedback=True
            )
            await self._append(call, verdicts)
        self.written.append((answer, list(verdicts)))


@pytest.fixture
def service():
    """Knows two requests of this endpoint, and one of another."""
    sets = {"r1": TABLES, "r2": TABLES, "r3": "main.rag.other"}
    known = {
        name: KnownRequest(name, table_set, 0, "ann@example.com", None)
        for name, table_set in sets.items()
    }
    return FeedbackService(known.get)


@pytest.fixture
def record():
    return OpenRecord()


def _body(*request_ids, **more):
    record = {"text_assessments": THUMB, **more}
    return {"dataframe_records": [{"request_id": each, **record} for each in request_ids]}


def test_call_is_recorded_with_a_row_for_each_judgement(service, record, reviewer):
    """Three rows of the assessment log for an answer and two sources, and the platform's answer."""
    before = time.time_ns() // 1000

    answer = asyncio.run(
        service.submit(_body("r1", retrieval_assessments=SOURCES), reviewer, record)
    )

    ((recorded, verdicts),) = record.written
    assert json.loads(answer) == {"predictions": {"result": "ok"}}
    assert recorded == answer
    assert len(verdicts) == 3
    (when,) = {each.timestamp for each in verdicts}
    assert before <= when <= time.time_ns() // 1000


def test_verdicts_on_several_requests_are_one_call(service, record, reviewer):
    """A client may send what it has collected."""
    asyncio.run(service.submit(_body("r1", "r2"), reviewer, record))

    ((_, verdicts),) = record.written
    assert [each.request_id for each in verdicts] == ["r1", "r2"]


NOBODY_AND_WRONG = [*_body("nobody")["dataframe_records"], {"request_id": "r1"}]


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (_body("r1", "nobody"), NotFound, r"dataframe_records\[1\]\.request_id is 'nobody'"),
        (_body("r1", "r3"), NotFound, "has recorded no such request"),
        (_body("r1", "r2", ratings={}), InvalidParameter, r"dataframe_records\[0\]\.ratings"),
        ({"dataframe_records": NOBODY_AND_WRONG}, InvalidParameter, "has neither"),
        (_body("r1", source={"type": "llm judge"}), PermissionDenied, r"source\.type"),
    ],
    ids=["unknown", "of another endpoint", "wrong shape", "shape before existence", "machine"],
)
def test_nothing_is_half_written(service, record, reviewer, body, kind, why):
    """One wrong record refuses the call, and none of it reaches the log."""
    with pytest.raises(kind, match=why):
        asyncio.run(service.submit(body, reviewer, record))

    assert record.written == []


def test_unknown_request_is_told_from_an_unknown_endpoint(service, reviewer):
    """Both are 404; the reason says which."""
    with pytest.raises(NotFound) as error:
        service.read(_body("nobody"), reviewer, TABLES, 1)

    assert error.value.reason == "UNKNOWN_REQUEST_ID"


def test_endpoint_without_tables_takes_no_verdicts(service, reviewer):
    """What could not be kept is refused, not answered with `ok`."""
    record = OpenRecord(table_set=None)

    with pytest.raises(InvalidState, match="no inference tables"):
        asyncio.run(service.submit(_body("r1"), reviewer, record))

    assert record.written == []


def test_record_that_cannot_be_written_is_no_ok(service, reviewer):
    """The caller hears `ok` only of what is durable."""

    async def append(*_):
        raise RecordNotWritten("The disk is gone.")

    with pytest.raises(RecordNotWritten):
        asyncio.run(service.submit(_body("r1"), reviewer, OpenRecord(append)))


async def _submitted(spool, service, reviewer):
    """Record a verdict with the real writer."""
    writer = SpoolWriter(spool)
    writer.start()
    body = _body("r1", retrieval_assessments=SOURCES)
    await service.submit(body, reviewer, OpenRecord(writer.append))
    await writer.close()


def test_verdict_is_durable_when_it_is_answered(tmp_path, service, reviewer):
    """With the spool and its writer: the call's row and three verdicts are in the file."""
    spool = tmp_path / "spool.db"
    create_spool(spool)

    asyncio.run(_submitted(spool, service, reviewer))

    rows = sqlite3.connect(spool)
    calls = rows.execute("SELECT request_id, is_feedback FROM requests").fetchall()
    columns = "request_id, source_id, text IS NULL, json_extract(retrieval, '$.position')"
    kept = rows.execute(f"SELECT {columns} FROM assessments ORDER BY id").fetchall()
    rows.close()
    assert calls == [("feedback-1", 1)]
    assert kept == [
        ("r1", "ann@example.com", 0, None),
        ("r1", "ann@example.com", 1, 0),
        ("r1", "ann@example.com", 1, 1),
    ]


WORDS = ["dataframe_records", "dataframe_split", "inputs", "instances", "columns", "data"]
WORDS += ["request_id", "source", "text_assessments", "retrieval_assessments", "id", "type", "tags"]
WORDS += ["ratings", "value", "double_value", "rationale", "position", "step_id", "r1"]


def _anything(chance, depth=0):
    kind = chance.randrange(4 if depth > 5 else 8)
    if kind > 5:
        return {chance.choice(WORDS): _anything(chance, depth + 1) for _ in range(3)}
    if kind > 3:
        return [_anything(chance, depth + 1) for _ in range(chance.randrange(3))]
    if kind == 3:
        return json.dumps(_anything(chance, depth + 3))
    return chance.choice([None, True, -1, 2**70, 1.5, "", *WORDS])


def test_known_words_in_unknown_places_are_refused_with_a_sentence(service, reviewer):
    """Ten thousand bodies put together at random: never a mistake of the workspace's own."""
    chance = random.Random(7)
    refusals = []
    for _ in range(10_000):
        body = {chance.choice(WORDS[:4]): _anything(chance)}
        try:
            service.read(body, reviewer, TABLES, 1)
        except WorkspaceError as error:
            refusals.append(error)

    assert {error.status for error in refusals} <= {400, 403, 404}
    assert len(refusals) > 9_000
    assert all(error.message.endswith(".") for error in refusals)
