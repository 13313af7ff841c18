"""Another version's answer to the same question, on its way beside the one for the record.

It decides nothing but whether there are two answers to compare.
"""

import time
import uuid
from dataclasses import dataclass, replace

from backend.turns.answers import Answer, Pair
from components.chat.arriving import Arrival

# How long the answer for the record, once it is complete, is kept waiting for the other one.
PATIENCE_SECONDS = 20.0


def new_pair_id() -> str:
    """Return what the two requests have in common."""
    return uuid.uuid4().hex


@dataclass
class Rival:
    """The other answer, and for how long it has been waited for."""

    pair_id: str
    arrival: Arrival
    _waited_since: float | None = None

    def is_awaited(self, answer: Answer) -> bool:
        """Tell whether the other one may still come; end its request when it may not.

        Nobody waits for it who stopped the answer for the record, or got none.
        """
        if self.arrival.is_over:
            return False
        self._waited_since = self._waited_since or time.monotonic()
        if answer.is_whole and time.monotonic() - self._waited_since < PATIENCE_SECONDS:
            return True
        self.arrival.stop()
        return False

    def beside(self, answer: Answer) -> Answer:
        """Return the answer with the other one beside it, if both are there to be compared."""
        other = self.arrival.outcome()
        if isinstance(other, Answer) and other.is_whole and other.request_id and answer.is_whole:
            return replace(answer, pair=Pair(self.pair_id, other))
        return answer
