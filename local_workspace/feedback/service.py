"""Takes feedback calls: reads what they say, checks it, and puts it on record at once.

A call is one row of the payload table however it ended, and brings one row of the assessment log
for each judgement, or none at all if anything in it was refused. Knows nothing of HTTP.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from local_workspace.access.principal import Principal
from local_workspace.errors import InvalidState, NotFound
from local_workspace.feedback.assessments import read_assessments, request_id_of
from local_workspace.feedback.body_fields import BodyField
from local_workspace.feedback.wire_forms import records_in
from local_workspace.inference_tables.records import Assessment, KnownRequest

Find = Callable[[str], KnownRequest | None]

# What the platform's feedback model answers.
ACCEPTED = b'{"predictions":{"result":"ok"}}'


class OpenRecord(Protocol):
    """The record of the call itself while it is under way; whoever opened it also closes it."""

    @property
    def table_set(self) -> str | None:
        """The name of the endpoint's tables, if it has any."""
        ...

    async def accepted(self, answer: bytes, verdicts: Sequence[Assessment]) -> None:
        """Write the call and what it brought, all or nothing; durable when this returns."""
        ...


class FeedbackService:
    """What answers as the `feedback` entity of an endpoint: it needs no process, only the log."""

    def __init__(self, find: Find) -> None:
        self._find = find

    async def submit(self, document: Any, caller: Principal, record: OpenRecord) -> bytes:
        """Put the verdicts of a call on record and return what the platform would answer.

        What is refused is raised with nothing written, so that whoever opened the record can close
        it with the refusal, as that of any other request.
        """
        verdicts = self.read(document, caller, record.table_set, time.time_ns() // 1000)
        await record.accepted(ACCEPTED, verdicts)
        return ACCEPTED

    def read(
        self, document: Any, caller: Principal, table_set: str | None, timestamp: int
    ) -> list[Assessment]:
        """Return the rows a call stands for, or raise what is wrong with it; writes nothing."""
        if table_set is None:
            raise InvalidState(
                "The endpoint has no inference tables, so nothing could be kept of a verdict.",
                reason="NO_INFERENCE_TABLES",
            )
        records = records_in(document)
        # All is read before anything is looked up: a wrong shape is a 400 whatever it is about.
        rows = [row for each in records for row in read_assessments(each, caller, timestamp)]
        for record in records:
            self._check_known(request_id_of(record), table_set)
        return rows

    def _check_known(self, request_id: BodyField, table_set: str) -> None:
        known = self._find(request_id.value)
        if known is None or known.table_set != table_set:
            raise NotFound(
                f"{request_id.path} is {request_id.value!r}: this endpoint has recorded no such "
                "request.",
                reason="UNKNOWN_REQUEST_ID",
            )
