"""Asks a few questions at a time, says meanwhile that it is alive, and stops when it is told to.

A version that is being loaded or has no room now is asked again after a while; nothing that has
reached a version is.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from backend.errors import ChainStarting, ReviewAppError, TooManyRequests
from backend.jobs.work import Work
from backend.replay.asking_again import AskedAgain, Heard

# More would be a load test, of an endpoint that answers people meanwhile.
AT_ONCE = 3
LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 180.0
USUAL_WAIT_SECONDS = 2
MOST_WAIT_SECONDS = 10

K = TypeVar("K")
Came = Heard | ReviewAppError


class _Asking:
    """What is under way, so that all of it can be given up."""

    def __init__(self) -> None:
        self._left = threading.Event()
        self._under_way: set[AskedAgain] = set()

    def hear(self, make: Callable[[], AskedAgain]) -> Came:
        """Ask until there is an answer or a reason; being busy is none for a while."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            asked = make()
            self._under_way.add(asked)
            try:
                if self._left.is_set():
                    asked.give_up()
                return asked.hear()
            except (ChainStarting, TooManyRequests) as busy:
                said = USUAL_WAIT_SECONDS if busy.retry_after is None else busy.retry_after
                seconds = min(said, MOST_WAIT_SECONDS)
                if time.monotonic() + seconds > deadline or self._left.wait(seconds):
                    return busy
            except ReviewAppError as problem:
                return problem
            finally:
                self._under_way.discard(asked)

    def leave(self) -> None:
        """Give up what is under way."""
        self._left.set()
        for asked in list(self._under_way):
            asked.give_up()


def hear_together(
    work: Work, questions: Iterator[tuple[K, Callable[[], AskedAgain]]]
) -> Generator[tuple[K, Came], None, None]:
    """Yield what comes back, in the order in which it comes."""
    asking = _Asking()
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix=f"ask-{work.job.id}") as pool:
        under_way: dict[Future[Came], K] = {}
        try:
            while True:
                for key, make in _next(questions, AT_ONCE - len(under_way)):
                    under_way[pool.submit(asking.hear, make)] = key
                if not under_way:
                    return
                done, _ = wait(under_way, LOOK_SECONDS, FIRST_COMPLETED)
                if not done:
                    work.check()
                work.keep_alive()
                for future in done:
                    yield under_way.pop(future), future.result()
        finally:
            asking.leave()


def _next(
    questions: Iterator[tuple[K, Callable[[], AskedAgain]]], room: int
) -> Iterator[tuple[K, Callable[[], AskedAgain]]]:
    for _ in range(room):
        if (question := next(questions, None)) is None:
            return
        yield question
