"""Two recorded answers to one question put together again; knows no store.

The one for the record is a turn of its conversation. The other one is no turn: nothing that was
said later rests on it, so it is only found beside the answer it competes with.
"""

from collections.abc import Iterable
from dataclasses import replace

from backend.turns.answers import Answer, Pair
from backend.turns.recorded_turns import RecordedTurn


def paired(turns: Iterable[RecordedTurn]) -> list[RecordedTurn]:
    """Return the conversation's own turns, each with the other answer if that came whole."""
    all_turns = list(turns)
    others = {each.pair_id: each.answer for each in all_turns if each.is_challenger}
    return [_with(turn, others) for turn in all_turns if not turn.is_challenger]


def _with(turn: RecordedTurn, others: dict[str | None, Answer]) -> RecordedTurn:
    other = others.get(turn.pair_id) if turn.pair_id else None
    if not other or not (other.is_whole and turn.answer.is_whole):
        return turn
    return replace(turn, answer=replace(turn.answer, pair=Pair(turn.pair_id or "", other)))
