"""An answer on its way: it arrives on a thread of its own, whatever the page does meanwhile.

A script run lasts as long as a click needs, an answer as long as the chain does. So the answer is
collected here, and whoever draws the page looks at what there is. The thread ends the request as
soon as nobody can look any more.
"""

import threading
import time
from collections.abc import Callable

from backend.chat.answer_stream import AnswerStream
from backend.errors import ReviewAppError
from backend.turns.answers import Answer, Event, TextPart, ToolStep

# How often to ask whether somebody still wants it; each answer costs a look at a dictionary.
LOOK_SECONDS = 0.3


class Arrival:
    """One question being asked, once, and what has come of its answer so far."""

    def __init__(
        self, ask: Callable[[], AnswerStream], is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self._ask = ask
        self._is_wanted = is_wanted
        self._changed = threading.Condition()
        self._stream: AnswerStream | None = None
        self._outcome: Answer | BaseException | None = None
        self._is_stopped = False
        self._over = threading.Event()
        self._version = 0
        self.begun = time.monotonic()
        self.text = ""
        self.steps: tuple[ToolStep, ...] = ()
        # The step that came last, unless there was text since.
        self.using: ToolStep | None = None
        threading.Thread(target=self._fetch, daemon=True, name="answer").start()
        threading.Thread(target=self._watch, daemon=True, name="answer-wanted").start()

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will come."""
        return self._over.is_set()

    def news(self, known: int, seconds: float) -> int:
        """Wait until there is more than was known, or it is over; return what is known then."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > known or self.is_over, seconds)
            return self._version

    def stop(self) -> None:
        """End the request; what has come is the outcome."""
        with self._changed:
            self._is_stopped = True
            stream = self._stream
        if stream is not None:
            stream.close()
        self._end()

    def is_given_up(self) -> bool:
        """Tell whether nobody can take what comes, and end the request if so."""
        if self._is_wanted():
            return False
        self.stop()
        return True

    def outcome(self) -> Answer | ReviewAppError:
        """Return what became of it; a mistake of our own is raised."""
        kept = self._outcome
        if isinstance(kept, ReviewAppError):
            return self._with(kept) if self.text or self.steps else kept
        if isinstance(kept, BaseException):
            raise kept
        return kept or self.so_far

    @property
    def so_far(self) -> Answer:
        """Return the answer as it is now."""
        came = Answer(self.text, None, steps=self.steps, is_interrupted=True)
        # The stream knows the request's id, too, without which nobody could judge it.
        return self._stream.so_far if self._stream else came

    def _with(self, problem: ReviewAppError) -> Answer:
        """Return what had come before the problem, beside its reason."""
        return Answer(
            self.text,
            request_id=problem.request_id,
            steps=self.steps,
            is_interrupted=True,
            problem=problem.sentence,
            problem_code=problem.code,
        )

    def _fetch(self) -> None:
        stream: AnswerStream | None = None
        try:
            stream = self._ask()
            with self._changed:
                self._stream = stream
            if self._is_stopped:
                return
            for event in stream:
                self._take(event)
        # A boundary: whatever it is, it is raised again where the answer is awaited.
        except BaseException as raised:  # noqa: BLE001 - see above
            self._outcome = self._outcome or raised
        finally:
            if stream is not None:
                stream.close()
            self._end()

    def _take(self, event: Event) -> None:
        with self._changed:
            if self._over.is_set():
                return
            if isinstance(event, TextPart):
                self.text += event.text
                self.using = None
            elif isinstance(event, ToolStep):
                # A step comes again when its result is known.
                others = tuple(each for each in self.steps if each.id != event.id)
                self.steps = (*others, event)
                self.using = event
            else:
                self._outcome = event
            self._version += 1
            self._changed.notify_all()

    def _end(self) -> None:
        with self._changed:
            self._over.set()
            self._changed.notify_all()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self.is_given_up()
