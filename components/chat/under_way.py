"""Answers that were under way when their tab was loaded anew, or closed.

What had come of them is on record a moment later; whoever opens the conversation in that moment
waits for it. Only that there is something to wait for is known here.
"""

import threading
from weakref import WeakKeyDictionary

from components.chat.arriving import Arrival

# An arrival leaves it when its tab has taken what came; the tab is gone for all that stay.
_ARRIVALS: WeakKeyDictionary[Arrival, str] = WeakKeyDictionary()
_lock = threading.Lock()


def note(conversation_id: str, arrival: Arrival) -> None:
    """Remember whose answer it is, for as long as it is held by a tab."""
    with _lock:
        _ARRIVALS[arrival] = conversation_id


def is_arriving(conversation_id: str) -> bool:
    """Tell whether another tab is waiting for an answer of this conversation."""
    with _lock:
        return any(chat == conversation_id and not each.is_over for each, chat in _ARRIVALS.items())


def left_behind(conversation_id: str) -> set[str]:
    """Return the ids of this conversation's requests whose tab is gone; they end now."""
    with _lock:
        found = [each for each, chat in _ARRIVALS.items() if chat == conversation_id]
    lost = [each for each in found if each.is_given_up()]
    return {answer.request_id for each in lost if (answer := each.so_far).request_id}
