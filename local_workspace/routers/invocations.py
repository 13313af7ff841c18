"""The routes by which models are asked: Databricks' own two, and OpenAI's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from local_workspace import answer_shapes
from local_workspace.authentication import authenticate
from local_workspace.errors import InvalidParameter, MalformedRequest, TooLarge
from local_workspace.invocation import Invocations
from local_workspace.invocation_request import Answer, AnswerStream, InvocationRequest

MAX_BODY = 16 * 1024 * 1024


async def chat_completions(request: Request) -> Response:
    """Answer OpenAI's chat completions; `model` is the endpoint's name."""
    asked, endpoint, task = await _openai_request(request, answer_shapes.as_chat_request)
    if not asked.wants_stream:
        answer = await _invocations(request).answer(asked)
        answer.body = answer_shapes.as_completion(answer.body, endpoint, task)
        return _whole(answer)
    stream = await _invocations(request).stream(asked)
    chunks = answer_shapes.CompletionChunks(endpoint, task)
    return _events(stream, chunks.translate, closing_task=None)


async def responses(request: Request) -> Response:
    """Answer OpenAI's responses; `model` is the endpoint's name."""
    asked, endpoint, task = await _openai_request(request, answer_shapes.as_responses_request)
    asked.refusal = answer_shapes.why_no_responses(task)
    if not asked.wants_stream:
        answer = await _invocations(request).answer(asked)
        answer.body = answer_shapes.as_response(answer.body, endpoint)
        return _whole(answer)
    stream = await _invocations(request).stream(asked)
    return _events(stream, closing_task=task, completed_for=endpoint)


async def invoke(request: Request) -> Response:
    """Answer from the version the traffic split chooses."""
    return await _invoke(request, served_name=None)


async def invoke_served_model(request: Request) -> Response:
    """Answer from one served version, whatever its share of the traffic."""
    return await _invoke(request, served_name=request.path_params["served_name"])


async def _invoke(request: Request, served_name: str | None) -> Response:
    caller = authenticate(request)
    body, refusal = await _body(request)
    asked = InvocationRequest(
        endpoint=request.path_params["name"],
        caller=caller,
        body=body,
        content_type=request.headers.get("content-type", "application/json"),
        served_name=served_name,
        refusal=refusal,
    )
    asked.read()
    invocations = _invocations(request)
    if not asked.wants_stream or asked.is_feedback:
        return _whole(await invocations.answer(asked))
    stream = await invocations.stream(asked)
    return _events(stream, closing_task=stream.task)


async def _openai_request(
    request: Request, translate: Callable[[dict[str, Any], str | None], dict[str, Any]]
) -> tuple[InvocationRequest, str, str | None]:
    caller = authenticate(request)
    content, refusal = await _body(request)
    if refusal:
        raise refusal
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise MalformedRequest(f"The body is not valid JSON: {error}.") from error
    name = body.get("model") if isinstance(body, dict) else None
    if not isinstance(name, str):
        raise InvalidParameter("`model` must be the name of a serving endpoint.")
    invocations = _invocations(request)
    task = invocations.task_of(name)
    document = translate(body, task)
    asked = InvocationRequest(name, caller, orjson.dumps(document), document=document)
    return asked, name, task


def _invocations(request: Request) -> Invocations:
    invocations: Invocations = request.app.state.workspace.invocations
    return invocations


async def _body(request: Request) -> tuple[bytes, TooLarge | None]:
    """Read the body; of one that is too large not all of it, and it is to be refused."""
    too_large = TooLarge("A request may have 16 MB; this one is larger.")
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > MAX_BODY:
        return b"", too_large
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            return b"", too_large
    return bytes(body), None


def _whole(answer: Answer) -> Response:
    body = answer.body
    if not answer.request.is_feedback:
        request_id, trace = answer.request.request_id, answer.wanted_trace
        body = answer_shapes.with_platform_part(body, request_id, trace)
    headers = _headers(answer.request, answer.served_name)
    return Response(body, media_type="application/json", headers=headers)


def _events(
    stream: AnswerStream,
    translate: Callable[[bytes], bytes | None] = lambda chunk: chunk,
    *,
    closing_task: str | None,
    completed_for: str | None = None,
) -> Response:
    async def events() -> AsyncIterator[bytes]:
        async for chunk in stream.chunks:
            if event := translate(chunk):
                yield _event(event)
        if stream.error:
            yield _event(answer_shapes.error_chunk(stream.error, stream.request.request_id))
            return
        if completed_for and stream.end:
            yield _event(answer_shapes.completed_event(stream.end.body, completed_for))
        trace = stream.end.wanted_trace if stream.end else b""
        yield _event(answer_shapes.closing_chunk(closing_task, stream.request.request_id, trace))
        yield b"data: [DONE]\n\n"

    headers = _headers(stream.request, stream.served_name) | {"Cache-Control": "no-cache"}
    return _ClosingStream(events(), stream.chunks, headers)


class _ClosingStream(StreamingResponse):
    """Tells the model to stop as soon as the caller has left."""

    def __init__(
        self, events: AsyncIterator[bytes], chunks: AsyncIterator[bytes], headers: dict[str, str]
    ) -> None:
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._chunks = chunks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answering = asyncio.ensure_future(self.stream_response(send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            answering.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
            await self._chunks.aclose()  # type: ignore[attr-defined]  # an async generator


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(data: bytes) -> bytes:
    return b"data: " + data + b"\n\n"


def _headers(request: InvocationRequest, served_name: str) -> dict[str, str]:
    return {"X-Request-Id": request.request_id, "served-model-name": served_name}


# Plain routes: what FastAPI would do for the parameters they do not have costs a tenth of a
# millisecond per request.
router = APIRouter(
    routes=[
        Route(path, answer, methods=["POST"])
        for path, answer in (
            ("/serving-endpoints/chat/completions", chat_completions),
            ("/serving-endpoints/responses", responses),
            ("/serving-endpoints/{name}/invocations", invoke),
            (
                "/serving-endpoints/{name}/served-models/{served_name}/invocations",
                invoke_served_model,
            ),
        )
    ]
)
