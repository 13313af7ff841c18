"""Carries out a test run or a load test: several that ask, each in a thread with a connection.

Whoever calls is told of the progress and may raise to stop it; nothing is begun after that, and
what is under way is cut off.
"""

import itertools
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack

from backend.endpoint_tests.asking import Caller, Target, Trial
from backend.endpoint_tests.figures import Sample

LOOK_SECONDS = 0.25
# After the end of a load test, for what was asked before it.
GRACE_SECONDS = 30.0


class _Tasks:
    """Questions that several threads take, one each at a time."""

    def __init__(self, questions: Iterator[str]) -> None:
        self._numbered = enumerate(questions)
        self._lock = threading.Lock()
        self._is_over = False

    def next(self) -> tuple[int, str] | None:
        with self._lock:
            return None if self._is_over else next(self._numbered, None)

    def end(self) -> None:
        with self._lock:
            self._is_over = True


def run_questions(
    target: Target,
    questions: Sequence[str],
    at_once: int,
    keep: Callable[[int, Trial], None],
    told: Callable[[], None],
) -> None:
    """Ask every question once; `keep` gets each with its place, in the order they are answered."""
    _run(target, _Tasks(iter(questions)), min(at_once, len(questions)), keep, told)


class LoadRun:
    """One load test; what has come of it stays readable when it was stopped."""

    def __init__(self, target: Target, concurrency: int, seconds: float) -> None:
        self._target = target
        self._concurrency = concurrency
        self._limit = seconds
        self._began = 0.0
        self._lock = threading.Lock()
        self.samples: list[Sample] = []
        self.failed = 0
        # Of the first request that failed, for who has to find out why.
        self.first_error = ""

    @property
    def elapsed(self) -> float:
        """Return for how long it has been running."""
        return time.perf_counter() - self._began

    @property
    def seconds(self) -> float:
        """Return how long it took until the last answer came."""
        return max((each.at for each in self.samples), default=0.0)

    def run(self, questions: Sequence[str], told: Callable[[], None]) -> None:
        """Ask the questions in turns until the time is over."""
        self._began = time.perf_counter()
        in_time = itertools.takewhile(
            lambda _: self.elapsed < self._limit, itertools.cycle(questions)
        )
        patience = self._limit + GRACE_SECONDS
        _run(self._target, _Tasks(in_time), self._concurrency, self._keep, told, patience)

    def _keep(self, _place: int, trial: Trial) -> None:
        at = self.elapsed
        with self._lock:
            self.samples.append(
                Sample(at, trial.latency_ms, trial.status, trial.error_code, trial.served_name)
            )
            if trial.error:
                self.failed += 1
                self.first_error = self.first_error or trial.error


def _run(
    target: Target,
    tasks: _Tasks,
    size: int,
    keep: Callable[[int, Trial], None],
    told: Callable[[], None],
    patience: float = math.inf,
) -> None:
    """Let so many ask until there is nothing left, or until `told` raises."""
    began = time.perf_counter()
    with ExitStack() as stack:
        callers = [stack.enter_context(Caller(target)) for _ in range(size)]
        pool = stack.enter_context(ThreadPoolExecutor(size, thread_name_prefix="asking"))
        at_work = {pool.submit(_ask_all, caller, tasks, keep) for caller in callers}
        try:
            while at_work:
                at_work = _awaited(at_work)
                told()
                if time.perf_counter() - began > patience:
                    _cut(callers)
        finally:
            tasks.end()
            _cut(callers)


def _ask_all(caller: Caller, tasks: _Tasks, keep: Callable[[int, Trial], None]) -> None:
    while (task := tasks.next()) is not None:
        place, question = task
        keep(place, caller.ask(question))


def _awaited(at_work: set[Future[None]]) -> set[Future[None]]:
    """Wait a moment and return who still works; what one of them raised is raised here."""
    done, still = wait(at_work, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
    for each in done:
        each.result()
    return still


def _cut(callers: Sequence[Caller]) -> None:
    for each in callers:
        each.cut()
