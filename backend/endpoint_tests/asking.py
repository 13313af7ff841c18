"""Asks an endpoint one question as any client would, and takes the time.

Nothing is asked a second time. Who asks holds one connection, as a client in a loop does.
"""

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import requests
from databricks.sdk import WorkspaceClient

from backend.chat import chat_errors, server_sent_events
from backend.chat.cut_connection import CuttableSession
from backend.errors import ReviewAppError
from backend.turns.answer_reading import AnswerReading, is_failure
from backend.turns.answers import Conversation
from backend.turns.chat_requests import Kind, QuestionShape
from backend.turns.question_shapes import find_shape, invocations_path

# Models may think long before their first word; Databricks gives them 297 seconds.
SECONDS = (5, 300)
NO_JSON = "The answer is no JSON."
_BROKEN = (requests.RequestException, OSError)


@dataclass(frozen=True)
class Trial:
    """One question and what came of it."""

    question: str
    answer: str = ""
    latency_ms: float = 0.0
    # None when nothing came back.
    status: int | None = None
    # Why there is no answer, in a sentence, and the code to group by.
    error: str = ""
    error_code: str = ""
    request_id: str = ""
    served_name: str = ""
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def is_success(self) -> bool:
        """Tell whether it was answered."""
        return not self.error


@dataclass(frozen=True)
class Target:
    """Where to ask, how, and with whose rights."""

    address: str
    shape: QuestionShape
    # Called for each question: a token may have been renewed since the last.
    authenticate: Callable[[], dict[str, str]]
    # What the ids of these requests begin with, in the workspace's logs.
    prefix: str = ""

    def body(self, question: str) -> dict[str, Any]:
        """Return the question as the model takes it, and nothing else."""
        body = self.shape.body(Conversation("", ""), question)
        # It belongs to no conversation.
        body.pop("context", None)
        return body

    def marked_body(self, question: str) -> dict[str, Any]:
        """Return the question with an id by which it is recognised in the logs."""
        return self.body(question) | {"client_request_id": f"{self.prefix}{uuid.uuid4()}"}


def target(
    workspace: WorkspaceClient, endpoint: str, served_name: str = "", prefix: str = ""
) -> Target:
    """Return where and how to ask an endpoint, or one of its versions."""
    shape = find_shape(workspace, endpoint, served_name or None)
    return Target(
        address=workspace.config.host + invocations_path(endpoint, served_name or None),
        shape=shape or QuestionShape(Kind.CHAT),
        authenticate=workspace.config.authenticate,
        prefix=prefix,
    )


class Caller(AbstractContextManager["Caller"]):
    """Asks one question after the other; may be cut off from another thread."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._session = CuttableSession()

    def ask(self, question: str) -> Trial:
        """Ask, and return what came of it, whatever that is."""
        body, headers = self._target.marked_body(question), self._target.authenticate()
        asked_at, began = datetime.now(UTC), time.perf_counter()
        try:
            response = self._session.post(
                self._target.address,
                json=body,
                # Else a .netrc file would take the place of the token.
                auth=_signed(headers),
                allow_redirects=False,
                timeout=SECONDS,
            )
        except _BROKEN as error:
            known = Trial(question, latency_ms=_since(began), asked_at=asked_at)
            return _failed(known, chat_errors.from_transport(error, None))
        known = Trial(
            question,
            latency_ms=_since(began),
            status=response.status_code,
            request_id=response.headers.get("x-request-id", ""),
            served_name=response.headers.get("served-model-name", ""),
            asked_at=asked_at,
        )
        return _read(known, response)

    def cut(self) -> None:
        """End what is under way; nothing is asked any more."""
        self._session.cut()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the connection back."""
        self._session.close()


def _read(known: Trial, response: requests.Response) -> Trial:
    """Return the trial with what the response says."""
    if not 200 <= response.status_code < 300:
        return _failed(known, chat_errors.from_response(response))
    document = server_sent_events.parsed(response.content)
    if document is None:
        return _with(known, error=NO_JSON, error_code="NO_JSON")
    if isinstance(document, dict) and is_failure(document):
        return _failed(known, chat_errors.from_event(document, known.request_id or None))
    reading = AnswerReading()
    try:
        reading.read(document)
    except RecursionError:
        return _with(known, error=NO_JSON, error_code="NO_JSON")
    request_id = reading.request_id or known.request_id
    return _with(known, answer=reading.text, request_id=request_id)


def _failed(known: Trial, problem: ReviewAppError) -> Trial:
    request_id = problem.request_id or known.request_id
    return _with(known, error=problem.sentence, error_code=problem.code, request_id=request_id)


def _with(known: Trial, **more: Any) -> Trial:
    return Trial(**(vars(known) | more))


def _signed(headers: dict[str, str]) -> Callable[[requests.PreparedRequest], Any]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(headers)
        return request

    return sign


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
