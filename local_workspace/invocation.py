"""One request to a model: may they, which version, ask it, and how it ended.

Knows nothing of HTTP: the routers hand in a request and turn the answer into a response.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from local_workspace.access.permissions import PermissionLevel, Permissions
from local_workspace.access.principal import Principal
from local_workspace.errors import (
    BadRequest,
    DeadlineExceeded,
    InvalidState,
    MalformedRequest,
    ModelFailed,
    NotFound,
    NotImplementedHere,
    PermissionDenied,
    TemporarilyUnavailable,
    WorkspaceError,
)
from local_workspace.invocation_request import (
    JSON_CONTENT,
    Answer,
    AnswerStream,
    InvocationRequest,
)
from local_workspace.serving.endpoint import FEEDBACK
from local_workspace.serving.endpoint_runtime import EndpointRuntime
from local_workspace.serving.endpoints import Endpoints
from local_workspace.serving.launcher import ModelProcess
from local_workspace.serving.rate_limits import RateLimits
from local_workspace.serving.served_version import ServedVersion
from local_workspace.serving.worker_connection import PendingCall
from local_workspace.serving.worker_messages import Kind, Message

# Keys that are for the platform; the model never sees them.
_OWN_KEYS = ("databricks_options", "client_request_id", "usage_context", "stream")


class Invocations:
    """The one way to a model."""

    def __init__(
        self, endpoints: Endpoints, permissions: Permissions, timeout_seconds: float
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._endpoints = endpoints
        self._permissions = permissions
        self._rate_limits = RateLimits()

    async def answer(self, request: InvocationRequest) -> Answer:
        """Return the model's whole answer."""
        started = time.perf_counter()
        with _quotable(request):
            runtime, version = self._admit(request)
            failed = True
            try:
                call, process = await version.begin(*_message(request))
                outcome = await self._outcome(version, call, process)
                failed = False
            finally:
                seconds = time.perf_counter() - started
                runtime.metrics.finished(version.entity.name, seconds, failed=failed)
        return _as_answer(request, version.entity.name, outcome)

    async def stream(self, request: InvocationRequest) -> AnswerStream:
        """Return the answer as it comes; everything that can be refused is refused before."""
        started = time.perf_counter()
        with _quotable(request):
            runtime, version = self._admit(request)
            try:
                call, process = await version.begin(*_message(request))
            except BaseException:
                seconds = time.perf_counter() - started
                runtime.metrics.finished(version.entity.name, seconds, failed=True)
                raise
        task = version.model.task if version.model else None
        answer = AnswerStream(request, version.entity.name, task)
        answer.chunks = self._chunks(answer, runtime, version, call, process, started)
        return answer

    def task_for(self, caller: Principal, endpoint_name: str) -> str | None:
        """Return the interface of an endpoint's models to someone who may query it."""
        runtime = self._endpoints.get(endpoint_name)
        self._check_may_query(caller, runtime)
        return runtime.endpoint.task

    def _admit(self, request: InvocationRequest) -> tuple[EndpointRuntime, ServedVersion]:
        """Check everything that can be checked before the model is asked."""
        runtime = self._endpoints.get(request.endpoint)
        self._check_may_query(request.caller, runtime)
        self.parse(request)
        limits = [
            *runtime.endpoint.rate_limits,
            *runtime.endpoint.ai_gateway.get("rate_limits", []),
        ]
        if limits:
            self._rate_limits.check(runtime.endpoint.id, request.caller.name, limits)
        return runtime, _version(runtime, request)

    def _check_may_query(self, caller: Principal, runtime: EndpointRuntime) -> None:
        endpoint = runtime.endpoint
        level = self._permissions.level_of(caller, endpoint.id, endpoint.name, endpoint.creator)
        if level < PermissionLevel.CAN_QUERY:
            raise PermissionDenied(
                f"{caller.name} may not query the endpoint {endpoint.name!r}. "
                "Whoever manages it can grant CAN_QUERY."
            )

    def parse(self, request: InvocationRequest) -> None:
        """Read a JSON body, once."""
        if request.content_type.partition(";")[0].strip().lower() != JSON_CONTENT:
            return
        if request.document is None:
            try:
                request.document = orjson.loads(request.body)
            except orjson.JSONDecodeError as error:
                raise MalformedRequest(f"The body is not valid JSON: {error}.") from error

    async def _outcome(
        self, version: ServedVersion, call: PendingCall, process: ModelProcess
    ) -> Message:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                outcome = await asyncio.shield(call.outcome)
        except TimeoutError:
            version.abandon(call, process)
            raise self._too_slow() from None
        except asyncio.CancelledError:
            version.abandon(call, process)
            raise
        if outcome.kind is Kind.ERROR:
            raise _model_error(version, outcome)
        return outcome

    def _too_slow(self) -> DeadlineExceeded:
        seconds = f"{self._timeout_seconds:.0f}"
        return DeadlineExceeded(f"The model did not answer within {seconds} seconds.")

    async def _chunks(
        self,
        answer: AnswerStream,
        runtime: EndpointRuntime,
        version: ServedVersion,
        call: PendingCall,
        process: ModelProcess,
        started: float,
    ) -> AsyncIterator[bytes]:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                async for chunk in call.chunks():
                    yield chunk
            outcome = await call.outcome
            if outcome.kind is Kind.ERROR:
                answer.error = _model_error(version, outcome)
            answer.end = _as_answer(answer.request, answer.served_name, outcome)
        except TimeoutError:
            answer.error = self._too_slow()
        except WorkspaceError as error:
            answer.error = error
        finally:
            if not call.outcome.done():
                version.abandon(call, process)
            seconds = time.perf_counter() - started
            failed = answer.error is not None
            runtime.metrics.finished(version.entity.name, seconds, failed=failed)


@contextmanager
def _quotable(request: InvocationRequest) -> Iterator[None]:
    """Put the request's id on whatever goes wrong with it."""
    try:
        yield
    except WorkspaceError as error:
        error.request_id = request.request_id
        raise


def _version(runtime: EndpointRuntime, request: InvocationRequest) -> ServedVersion:
    config = runtime.endpoint.config
    if request.served_name == FEEDBACK and config and config.entity(FEEDBACK):
        raise NotImplementedHere(
            "Verdicts cannot be recorded yet: this workspace has no inference tables."
        )
    if request.served_name:
        return _named_version(runtime, request.served_name)
    if config is None:
        raise _not_up(runtime)
    name = runtime.split.choose(config.traffic, request.conversation_id)
    version = runtime.versions.get(name)
    if version is None or (version.state[0] == "DEPLOYMENT_CREATING"):
        raise _not_up(runtime)
    return version


def _named_version(runtime: EndpointRuntime, name: str) -> ServedVersion:
    if version := runtime.versions.get(name):
        return version
    pending = runtime.endpoint.pending_config
    if runtime.endpoint.config_update == "IN_PROGRESS" and pending and pending.entity(name):
        raise _not_up(runtime)
    raise NotFound(f"The endpoint {runtime.endpoint.name!r} serves nothing named {name!r}.")


def _not_up(runtime: EndpointRuntime) -> WorkspaceError:
    name = runtime.endpoint.name
    if runtime.endpoint.config_update == "UPDATE_FAILED":
        reasons = "; ".join(why.splitlines()[0] for why in runtime.endpoint.failures.values())
        return InvalidState(
            f"The endpoint {name!r} has never come up: {reasons}. Its build logs have the details."
        )
    return TemporarilyUnavailable(
        f"The endpoint {name!r} is starting. Ask again in a moment.", retry_after=1
    )


def _message(request: InvocationRequest) -> tuple[dict[str, Any], bytes]:
    """Return what the model process gets: the context of the call, and the body for the model."""
    document, body = request.document, request.body
    client_request_id = None
    if isinstance(document, dict) and not document.keys().isdisjoint(_OWN_KEYS):
        client_request_id = document.get("client_request_id")
        body = orjson.dumps({key: document[key] for key in document if key not in _OWN_KEYS})
    meta = {
        "request_id": request.request_id,
        "stream": request.wants_stream,
        "user": request.caller.name,
        "conversation_id": request.conversation_id,
        "client_request_id": client_request_id,
        "content_type": request.content_type,
    }
    return meta, body


def _as_answer(request: InvocationRequest, served_name: str, outcome: Message) -> Answer:
    length = outcome.meta.get("answer", 0)
    return Answer(outcome.body[:length], outcome.body[length:], request, served_name)


def _model_error(version: ServedVersion, outcome: Message) -> WorkspaceError:
    # An exception may quote a header or an address with the version's token or a secret in it.
    message = version.log.blanked(outcome.meta["message"])
    if outcome.meta.get("status", 400) == 415:
        return BadRequest(message, reason="UNSUPPORTED_MEDIA_TYPE")
    return ModelFailed(message, reason="MODEL_EXCEPTION")
