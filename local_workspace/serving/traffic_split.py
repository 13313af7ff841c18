"""Chooses the served version for a request: by share, and always the same for a conversation."""

import hashlib
import math
import random
from collections import OrderedDict

MAX_CONVERSATIONS = 100_000


class TrafficSplit:
    """Splits by percentage; a conversation stays on its version while that has a share."""

    def __init__(self) -> None:
        self._conversations: OrderedDict[str, str] = OrderedDict()

    def choose(self, traffic: dict[str, int], conversation_id: str | None) -> str:
        """Return the name of the served version that answers."""
        shares = {name: share for name, share in traffic.items() if share > 0}
        if conversation_id is None:
            return random.choices(list(shares), weights=list(shares.values()))[0]
        known = self._conversations.get(conversation_id)
        chosen = known if known in shares else _by_hash(shares, conversation_id)
        self._remember(conversation_id, chosen)
        return chosen

    def _remember(self, conversation_id: str, name: str) -> None:
        self._conversations[conversation_id] = name
        self._conversations.move_to_end(conversation_id)
        if len(self._conversations) > MAX_CONVERSATIONS:
            self._conversations.popitem(last=False)


def _by_hash(shares: dict[str, int], conversation_id: str) -> str:
    """Choose by weighted rendezvous hashing: alike after a restart, few moves as shares change."""

    def score(name: str) -> float:
        digest = hashlib.sha256(f"{conversation_id}\0{name}".encode()).digest()
        uniform = (int.from_bytes(digest[:8]) + 0.5) / 2**64
        return -shares[name] / math.log(uniform)

    return max(shares, key=score)
