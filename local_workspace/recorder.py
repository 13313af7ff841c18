"""Puts every request to an endpoint with inference tables on record, however it ends.

What a caller gets is sent only after its record is durable; if that fails, the failure is what
the caller gets.
"""

import time
from collections.abc import Sequence
from typing import Any

import orjson

from local_workspace.answer_shapes import with_platform_part
from local_workspace.errors import AlreadyExists, WorkspaceError
from local_workspace.inference_tables.records import Assessment, RequestRecord
from local_workspace.inference_tables.spool_writer import SpoolWriter
from local_workspace.inference_tables.storage_guard import StorageGuard
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from local_workspace.invocation_request import InvocationRequest
from local_workspace.serving.endpoint import Endpoint, InferenceTable, ServedEntity

MAX_LOGGED = 10 * 1024 * 1024
MAX_LOGGED_LEGACY = 1024 * 1024
# The caller left before the answer was complete; nginx's number for it.
CALLER_LEFT = 499
_EXPERIMENT = "MLFLOW_EXPERIMENT_ID"


class Recorder:
    """Opens a record for each request."""

    def __init__(self, writer: SpoolWriter, guard: StorageGuard, sets: TableSets) -> None:
        self._writer = writer
        self._guard = guard
        self._sets = sets

    def claim(self, table: InferenceTable) -> None:
        """Make the tables known, unless there are such in another shape."""
        wanted = TableSet(table.catalog, table.schema, table.prefix, table.is_legacy)
        existing = self._sets.find(wanted.name)
        if existing and existing.is_legacy != wanted.is_legacy:
            raise AlreadyExists(
                f"{wanted.name}_payload exists already with other columns. Choose another prefix."
            )
        if existing is None:
            self._sets.save(wanted)

    def begin(self, endpoint: Endpoint, request: InvocationRequest) -> "Record":
        """Open the record of a request; refuse if it could not be written."""
        table = endpoint.inference_table
        if table is not None:
            self._guard.check()
        return Record(self._writer, endpoint.name, table, request)


class Record:
    """The record of one request while it is under way; without tables it is not kept."""

    def __init__(
        self,
        writer: SpoolWriter,
        endpoint_name: str,
        table: InferenceTable | None,
        request: InvocationRequest,
    ) -> None:
        self._writer = writer
        self._endpoint = endpoint_name
        self._table = table
        self._request = request
        self._time = time.time_ns() // 1000
        self._started = time.perf_counter()
        # Filled in as it becomes known.
        self.entity: ServedEntity | None = None
        self.trace: bytes = b""
        self.trace_id: str | None = None

    @property
    def table_set(self) -> str | None:
        """The name of the tables it goes to."""
        table = self._table
        return f"{table.catalog}.{table.schema}.{table.prefix}" if table else None

    @property
    def seconds(self) -> float:
        """How long the request has taken so far."""
        return time.perf_counter() - self._started

    async def answered(self, answer: bytes) -> None:
        """Record an answer; it may be sent when this returns."""
        await self._write(200, with_platform_part(answer, self._request.request_id, b""))

    async def accepted(self, answer: bytes, verdicts: Sequence[Assessment]) -> None:
        """Record a feedback call with the verdicts it brought, all or nothing."""
        await self._write(200, answer, verdicts)

    async def failed(self, error: WorkspaceError) -> None:
        """Record a refusal or a failure."""
        await self._write(error.status, orjson.dumps(error.as_dict()))

    async def left(self, answer: bytes) -> None:
        """Record what there was when the caller left."""
        await self._write(CALLER_LEFT, answer)

    async def _write(
        self, status: int, response: bytes, verdicts: Sequence[Assessment] = ()
    ) -> None:
        if self._table is None:
            return
        record = self._as_record(self._table, status, response)
        await self._writer.append(record, verdicts)

    def _as_record(self, table: InferenceTable, status: int, response: bytes) -> RequestRecord:
        limit = MAX_LOGGED_LEGACY if table.is_legacy else MAX_LOGGED
        request = self._request
        too_large = (("REQUEST", len(request.body)), ("RESPONSE", len(response)))
        codes = [f"MAX_{what}_SIZE_EXCEEDED" for what, size in too_large if size > limit]
        if request.is_oversized and not codes:
            codes = ["MAX_REQUEST_SIZE_EXCEEDED"]
        return RequestRecord(
            table_set=f"{table.catalog}.{table.schema}.{table.prefix}",
            request_id=request.request_id,
            request_time=self._time,
            status_code=status,
            duration_ms=round(self.seconds * 1000),
            requester=request.caller.name,
            endpoint=self._endpoint,
            request=None if request.is_oversized else _text(request.body, limit),
            response=_text(response, limit),
            error_codes=tuple(codes),
            client_request_id=request.client_request_id,
            conversation_id=request.conversation_id,
            trace=self.trace.decode() or None,
            trace_id=self.trace_id,
            is_feedback=request.is_feedback,
            **self._version(),
        )

    def _version(self) -> dict[str, Any]:
        if (entity := self.entity) is None:
            return {}
        return {
            "served_entity_id": entity.id,
            "model_name": entity.entity_name,
            "model_version": entity.entity_version,
            "experiment_id": entity.environment_vars.get(_EXPERIMENT),
        }


def _text(body: bytes, limit: int) -> str | None:
    return body.decode(errors="replace") if len(body) <= limit else None
