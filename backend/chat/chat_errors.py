"""Why a chain gave no answer, in words for the person who asked.

The official client's own errors are not used here: it repeats what was refused, which asking a
model must not be.
"""

import json
from collections.abc import Mapping
from typing import Any

import requests

from backend.error_translation import BY_STATUS
from backend.errors import (
    ChainFailed,
    ChainStarting,
    Failed,
    NotAllowed,
    NotFound,
    Refused,
    ReviewAppError,
    SignInNeeded,
    TookTooLong,
    TooManyRequests,
    Unreachable,
)

# How the platforms say that it was the model that raised.
MODEL_REASONS = {"MODEL_EXCEPTION", "MODEL_PROCESS_ENDED"}
MODEL_SENTENCES = ("while evaluating the model", "The model raised")
LONGEST_QUOTE = 1000
# What a stream says of itself has no HTTP status.
STATUS_OF_CODE = {
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "RESOURCE_EXHAUSTED": 429,
    "RATE_LIMIT_EXCEEDED": 429,
    "TEMPORARILY_UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
    "RECORD_NOT_WRITTEN": 507,
    "STORAGE_FULL": 507,
}

SENTENCES: dict[type[ReviewAppError], str] = {
    NotAllowed: "You do not have permission to ask this chain.",
    NotFound: "This chain does not exist, or not any more.",
    TookTooLong: "The chain took too long to answer.",
    TooManyRequests: "This chain is being asked more than it may be at the moment.",
    Refused: "The chain does not accept this question.",
}


def from_response(response: requests.Response) -> ReviewAppError:
    """Return why the workspace refused the question; reads the rest of the response."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError, requests.RequestException):
        body = {}
    return _error(
        response.status_code,
        body if isinstance(body, dict) else {},
        request_id=response.headers.get("x-request-id"),
        retry_after=_seconds(response.headers.get("retry-after")),
    )


def from_event(event: Mapping[str, Any], request_id: str | None) -> ReviewAppError:
    """Return why a stream ends with this event."""
    response = event.get("response")
    inner = event.get("error") or (response.get("error") if isinstance(response, dict) else None)
    said = inner if isinstance(inner, dict) else {"message": inner}
    known = {key: event.get(key) or said.get(key) for key in ("error_code", "message", "details")}
    code = known["error_code"] or said.get("code")
    status = STATUS_OF_CODE.get(code, 400) if isinstance(code, str) else 400
    if status == 400:
        # Whoever has begun to answer has accepted the question.
        return ChainFailed(_with_quote(ChainFailed.usual_sentence, known), request_id=request_id)
    return _error(status, known, request_id=request_id, retry_after=None)


def from_transport(error: Exception, request_id: str | None) -> ReviewAppError:
    """Return what went wrong on the way."""
    # A timeout in the middle of an answer comes as a broken connection.
    is_slow = isinstance(error, requests.Timeout) or "read timed out" in str(error).lower()
    is_gone = isinstance(error, requests.ConnectTimeout) or not is_slow
    kind: type[ReviewAppError] = Unreachable if is_gone else TookTooLong
    if request_id and kind is Unreachable:
        return kind("The connection broke off while the answer was coming.", request_id=request_id)
    return kind(SENTENCES.get(kind, ""), request_id=request_id)


def _error(
    status: int, body: Mapping[str, Any], *, request_id: str | None, retry_after: int | None
) -> ReviewAppError:
    kind = _kind(status, body)
    sentence = SENTENCES.get(kind, kind.usual_sentence)
    if issubclass(kind, Refused | ChainFailed):
        sentence = _with_quote(sentence, body)
    known_id = _details(body, "request_id") or request_id
    # The second named while a chain starts is meant for programs, which may ask that often.
    wait = retry_after if kind is TooManyRequests else None
    return kind(sentence, request_id=known_id, retry_after=wait)


def _kind(status: int, body: Mapping[str, Any]) -> type[ReviewAppError]:
    message = _text(body.get("message"))
    if status in (400, 500) and (
        _details(body, "reason") in MODEL_REASONS
        or any(said in message for said in MODEL_SENTENCES)
    ):
        return ChainFailed
    if status == 403 and "invalid access token" in message.lower():
        return SignInNeeded
    if status == 503:
        return ChainStarting
    if status in (413, 422):
        return Refused
    return BY_STATUS.get(status, Failed)


def _with_quote(sentence: str, body: Mapping[str, Any]) -> str:
    said = _text(body.get("message")).strip()
    return f"{sentence} It said: {said[:LONGEST_QUOTE]}" if said else sentence


def _details(body: Mapping[str, Any], key: str) -> str | None:
    """Return a field of one of the details that travel with Databricks' errors."""
    details = body.get("details")
    for each in details if isinstance(details, list) else []:
        if isinstance(each, dict) and isinstance(each.get(key), str):
            return str(each[key])
    return None


def _seconds(header: str | None) -> int | None:
    return int(header) if header and header.strip().isdecimal() else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
