"""One question on its way: the HTTP request, and the answer as it comes.

Nothing here is ever sent a second time: what a model does when asked may cost money or change
something, so only the person decides about asking again.
"""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests

from backend.chat import chat_errors, server_sent_events
from backend.chat.cut_connection import CuttableSession
from backend.errors import ReviewAppError
from backend.turns.answer_reading import AnswerReading, is_failure
from backend.turns.answers import Answer, Event

# Models may think long before their first word; Databricks gives them 297 seconds.
SECONDS = (5, 300)
BROKEN = (requests.RequestException, OSError)


@dataclass(frozen=True)
class Question:
    """What is sent, and to where."""

    url: str
    body: dict[str, Any]
    # Called for each question: a token may have been renewed since the last.
    headers: Callable[[], dict[str, str]]
    on_error: Callable[[ReviewAppError], None] = lambda _error: None


class AnswerStream(Generator[Event, None, None]):
    """Yields text and steps as they come, and at the end one `Answer`.

    The first `next` asks. `close` may be called from any thread at any moment, also before anything
    came back: it ends the request, so that the model stops, and a `next` that is waiting for more;
    `so_far` is then what has come.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        self._reading = AnswerReading()
        self._session: CuttableSession | None = None
        self._response: requests.Response | None = None
        self._header_id: str | None = None
        self._served_name: str | None = None
        self._closing = threading.Lock()
        self._is_closed = False
        self._problem: ReviewAppError | None = None
        self._is_complete = False
        self._events = self._ask()

    def send(self, value: None, /) -> Event:
        """Return what comes next, as `next` does."""
        return self._events.send(value)

    def throw(self, kind: Any, value: Any = None, traceback: Any = None, /) -> Event:
        """Raise in the request, which ends it."""
        return self._events.throw(kind if value is None else value)

    def close(self) -> None:
        """Stop; what has come stays in `so_far`."""
        with self._closing:
            self._is_closed = True
            session, response = self._session, self._response
        if session is not None:
            session.cut()
        if response is not None:
            _end(response)
        # A thread that is waiting in it has just been woken, and closes it itself.
        with suppress(ValueError):
            self._events.close()

    @property
    def so_far(self) -> Answer:
        """Return the answer as it is now; it counts as interrupted until it is finished."""
        reading, problem = self._reading, self._problem
        return Answer(
            text=reading.text,
            request_id=reading.request_id or self._header_id,
            served_name=self._served_name,
            trace_id=reading.trace_id,
            sources=reading.sources,
            steps=tuple(reading.steps),
            is_interrupted=not self._is_complete,
            problem=problem.sentence if problem else None,
            problem_code=problem.code if problem else None,
        )

    def _ask(self) -> Generator[Event, None, None]:
        # A session of its own: a connection that is used again may be dead, and then the question
        # is neither answered nor known not to have arrived.
        with CuttableSession() as session:
            response = self._post(session)
            if response is None:
                return
            with response:
                yield from self._answer(response)

    def _post(self, session: CuttableSession) -> requests.Response | None:
        with self._closing:
            self._session = session
        if self._is_closed:
            return None
        try:
            response = session.post(
                self._question.url,
                json=self._question.body,
                # Else a .netrc file would take the place of the visitor's token.
                auth=_Signature(self._question.headers()),
                headers={"Accept-Encoding": "identity"},
                stream=True,
                allow_redirects=False,
                timeout=SECONDS,
            )
        except BROKEN as error:
            if self._is_closed:
                return None
            raise chat_errors.from_transport(error, None) from error
        with self._closing:
            self._response = response
        self._header_id = response.headers.get("x-request-id")
        self._served_name = response.headers.get("served-model-name")
        if self._is_closed:
            response.close()
            return None
        if not 200 <= response.status_code < 300:
            with response:
                refusal = chat_errors.from_response(response)
            self._question.on_error(refusal)
            raise refusal
        return response

    def _answer(self, response: requests.Response) -> Iterator[Event]:
        has_begun = False
        try:
            for document in _documents(response):
                if is_failure(document):
                    raise chat_errors.from_event(document, self.so_far.request_id)
                for part in self._read(document):
                    has_begun = True
                    yield part
        except BROKEN as error:
            self._problem = chat_errors.from_transport(error, self.so_far.request_id)
        except ReviewAppError as error:
            self._problem = error
        if self._is_closed:
            self._problem = None
            return
        if self._problem:
            self._question.on_error(self._problem)
            if not has_begun:
                raise self._problem
        self._is_complete = self._problem is None
        yield self.so_far

    def _read(self, document: object) -> Iterable[Event]:
        try:
            return self._reading.read(document)
        except RecursionError:
            # Nested deeper than any answer.
            return ()


class _Signature(requests.auth.AuthBase):
    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


def _documents(response: requests.Response) -> Iterator[Any]:
    """Yield the events, or the one document of an answer that came whole."""
    if "text/event-stream" in response.headers.get("content-type", ""):
        # In the server's own chunks; without those `None` would wait for the end.
        size = None if getattr(response.raw, "chunked", False) else 1
        yield from server_sent_events.documents(response.iter_content(size))
        return
    document = server_sent_events.parsed(response.content)
    if document is not None:
        yield document


def _end(response: requests.Response) -> None:
    """Close the connection also under a thread that is reading from it."""
    # To close it while another thread reads would wait for that thread; this wakes it.
    with suppress(*BROKEN, ValueError, AttributeError, RuntimeError):
        response.raw.shutdown()
