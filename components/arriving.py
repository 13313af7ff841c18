"""Waiting for an answer without being deaf to Stop: the events arrive on a thread of their own.

A script run can only be cut off while it does something in Streamlit. Waiting for a chain that
thinks for a minute, it could not be stopped for a minute; so the wait ends ten times a second.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from backend.answer_stream import AnswerStream
from backend.answers import Event

WAIT_SECONDS = 0.1
Ended = BaseException | None


class Arrival:
    """The events of one answer, fetched on a thread from the moment they are iterated over."""

    def __init__(self, ask: Callable[[], AnswerStream]) -> None:
        self._ask = ask
        self._inbox: queue.SimpleQueue[tuple[Event | None, Ended]] = queue.SimpleQueue()
        self._stream: AnswerStream | None = None
        self._is_given_up = False

    def __iter__(self) -> Generator[Event | None, None, None]:
        """Yield the events as they come, and None whenever there was nothing for a while."""
        threading.Thread(target=self._fetch, daemon=True).start()
        try:
            yield from self._received()
        finally:
            # Also when the script run ends in the middle.
            self.close()

    def close(self) -> None:
        """End the request; nobody waits for it any more."""
        self._is_given_up = True
        if self._stream is not None:
            self._stream.close()

    def _received(self) -> Iterator[Event | None]:
        while True:
            try:
                event, error = self._inbox.get(timeout=WAIT_SECONDS)
            except queue.Empty:
                yield None
                continue
            if error:
                raise error
            if event is None:
                return
            yield event

    def _fetch(self) -> None:
        error: Ended = None
        try:
            self._stream = self._ask()
            for event in self._stream:
                if self._is_given_up:
                    break
                self._inbox.put((event, None))
        # A boundary: whatever it is, it is raised again where the answer is awaited.
        except BaseException as raised:  # noqa: BLE001 - see above
            error = raised
        self._inbox.put((None, error))
        if self._is_given_up and self._stream is not None:
            # It was given up while the request was being made.
            with suppress(ValueError):
                self._stream.close()
