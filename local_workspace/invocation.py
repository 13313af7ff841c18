"""One request to a model: may they, which version, ask it, and how it ended.

Knows nothing of HTTP: the routers hand in a request and turn the answer into a response.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from local_workspace.access.permissions import PermissionLevel, Permissions
from local_workspace.access.principal import Principal
from local_workspace.errors import NotFound, PermissionDenied, WorkspaceError
from local_workspace.feedback.service import FeedbackService
from local_workspace.invocation_request import Answer, AnswerStream, InvocationRequest
from local_workspace.model_call import ModelCall
from local_workspace.recorder import Record, Recorder
from local_workspace.serving.endpoint import FEEDBACK
from local_workspace.serving.endpoint_runtime import EndpointRuntime
from local_workspace.serving.endpoints import Endpoints
from local_workspace.serving.rate_limits import RateLimits
from local_workspace.serving.served_version import ServedVersion
from local_workspace.serving.version_choice import choose_version

# How long a model may take to notice that its caller has left, for the record to hold what it said.
_LEFT_SECONDS = 10.0

_log = logging.getLogger("local_workspace")


class Invocations:
    """The one way to a model."""

    def __init__(
        self,
        endpoints: Endpoints,
        permissions: Permissions,
        recorder: Recorder,
        feedback: FeedbackService,
        timeout_seconds: float,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._endpoints = endpoints
        self._permissions = permissions
        self._recorder = recorder
        self._feedback = feedback
        self._rate_limits = RateLimits()
        # Records of answers whose callers have left.
        self._unfinished: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Put on record what is under way without anybody waiting for it."""
        await asyncio.gather(*self._unfinished, return_exceptions=True)

    async def answer(self, request: InvocationRequest) -> Answer:
        """Return the model's whole answer; it is on record by then."""
        async with self._recorded(request) as (runtime, record):
            if request.is_feedback:
                return await self._take_verdict(request, runtime, record)
            version = self._admit(request, runtime, record)
            with _counted(runtime, record):
                call = await ModelCall.begin(request, version, record, self._timeout_seconds)
                answer = await call.answer()
        with _quotable(request):
            await record.answered(answer.body)
        return answer

    async def stream(self, request: InvocationRequest) -> AnswerStream:
        """Return the answer as it comes; everything that can be refused is refused before."""
        async with self._recorded(request) as (runtime, record):
            version = self._admit(request, runtime, record)
            with _counted(runtime, record, only_failures=True):
                call = await ModelCall.begin(request, version, record, self._timeout_seconds)
        task = version.model.task if version.model else None
        answer = AnswerStream(request, version.entity.name, task)
        answer.chunks = self._chunks(answer, call, runtime)
        return answer

    async def _take_verdict(
        self, request: InvocationRequest, runtime: EndpointRuntime, record: Record
    ) -> Answer:
        """Answer as the `feedback` entity, which has no model."""
        self._check_may(request, runtime)
        config = runtime.endpoint.config
        if config is None or config.entity(FEEDBACK) is None:
            raise NotFound(f"The endpoint {runtime.endpoint.name!r} takes no feedback.")
        answer = await self._feedback.submit(request.document, request.caller, record)
        return Answer(answer, b"", request, FEEDBACK)

    def task_of(self, endpoint_name: str) -> str | None:
        """Return the interface of an endpoint's models, by which a question is translated."""
        return self._endpoints.get(endpoint_name).endpoint.task

    @asynccontextmanager
    async def _recorded(
        self, request: InvocationRequest
    ) -> AsyncIterator[tuple[EndpointRuntime, Record]]:
        """Put on record why the request failed, if it does."""
        with _quotable(request):
            request.read()
            runtime = self._endpoints.get(request.endpoint)
            record = self._recorder.begin(runtime.endpoint, request)
            try:
                yield runtime, record
            except WorkspaceError as error:
                error.request_id = request.request_id
                await record.failed(error)
                raise

    def _admit(
        self, request: InvocationRequest, runtime: EndpointRuntime, record: Record
    ) -> ServedVersion:
        """Check everything that can be checked before the model is asked."""
        self._check_may(request, runtime)
        version = choose_version(runtime, request.served_name, request.conversation_id)
        record.entity = version.entity
        return version

    def _check_may(self, request: InvocationRequest, runtime: EndpointRuntime) -> None:
        self._check_may_query(request.caller, runtime)
        if request.refusal:
            raise request.refusal
        endpoint = runtime.endpoint
        limits = [*endpoint.rate_limits, *endpoint.ai_gateway.get("rate_limits", [])]
        if limits:
            self._rate_limits.check(endpoint.id, request.caller.name, limits)

    def _check_may_query(self, caller: Principal, runtime: EndpointRuntime) -> None:
        endpoint = runtime.endpoint
        level = self._permissions.level_of(caller, endpoint.id, endpoint.name, endpoint.creator)
        if level < PermissionLevel.CAN_QUERY:
            raise PermissionDenied(
                f"{caller.name} may not query the endpoint {endpoint.name!r}. "
                "Whoever manages it can grant CAN_QUERY."
            )

    async def _chunks(
        self, answer: AnswerStream, call: ModelCall, runtime: EndpointRuntime
    ) -> AsyncIterator[bytes]:
        record = call.record
        failed = False
        try:
            async for chunk in call.chunks():
                yield chunk
            answer.end = await call.finish()
            # The closing chunk is sent after this.
            await record.answered(answer.end.body)
        except WorkspaceError as error:
            failed = True
            answer.error = await self._failure_on_record(record, error)
        except BaseException:
            self._finish_later(call)
            raise
        finally:
            runtime.metrics.finished(call.version.entity.name, record.seconds, failed=failed)

    async def _failure_on_record(self, record: Record, error: WorkspaceError) -> WorkspaceError:
        try:
            await record.failed(error)
        except WorkspaceError as not_written:
            return not_written
        return error

    def _finish_later(self, call: ModelCall) -> None:
        call.abandon()
        task = asyncio.get_running_loop().create_task(_record_unfinished(call))
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)


async def _record_unfinished(call: ModelCall) -> None:
    """Record an answer whose caller has left, as far as it had come."""
    said = b""
    with suppress(TimeoutError, WorkspaceError):
        said = await call.left_behind(_LEFT_SECONDS)
    try:
        await call.record.left(said)
    except WorkspaceError as error:
        _log.error("request %s is not on record: %s", call.request.request_id, error.message)


@contextmanager
def _counted(
    runtime: EndpointRuntime, record: Record, *, only_failures: bool = False
) -> Iterator[None]:
    """Count the request to the version that was to answer it."""
    failed = True
    try:
        yield
        failed = False
    finally:
        if record.entity and (failed or not only_failures):
            runtime.metrics.finished(record.entity.name, record.seconds, failed=failed)


@contextmanager
def _quotable(request: InvocationRequest) -> Iterator[None]:
    """Put the request's id on whatever goes wrong with it."""
    try:
        yield
    except WorkspaceError as error:
        error.request_id = request.request_id
        raise
