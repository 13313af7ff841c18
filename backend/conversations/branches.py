"""The branches of a conversation: what was asked again, or in other words, and what followed.

The app sends along which request a question follows. Other clients do not; theirs is told by how
many answers came along with it.
"""

from collections.abc import Iterable, Sequence

from backend.turns.answers import Turn
from backend.turns.chat_requests import BEGINNING
from backend.turns.recorded_turns import RecordedTurn


def tree(turns: Iterable[RecordedTurn]) -> tuple[Turn, ...]:
    """Return all of them, which come in the order of their time, each with what it follows."""
    asked: list[RecordedTurn] = []
    follows: list[int | None] = []
    places: dict[str | None, int] = {}
    branch: list[int] = []
    for turn in turns:
        if turn.parent == BEGINNING:
            before = []
        elif turn.parent is not None and turn.parent in places:
            before = _branch(follows, places[turn.parent])
        else:
            before = branch[: _length_before([asked[place] for place in branch], turn)]
        for name in (turn.answer.request_id, turn.client_request_id):
            places[name] = len(asked)
        branch = [*before, len(asked)]
        follows.append(before[-1] if before else None)
        asked.append(turn)
    pairs = zip(asked, follows, strict=True)
    return tuple(Turn(turn.asked.question, turn.answer, place) for turn, place in pairs)


def last_branch(asked: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return the branch of what was asked last, which is what stood on the page."""
    if not asked:
        return ()
    places = _branch([turn.follows for turn in asked], len(asked) - 1)
    return tuple(asked[place] for place in places)


def _branch(follows: Sequence[int | None], last: int) -> list[int]:
    found = [last]
    while (before := follows[found[-1]]) is not None:
        found.append(before)
    return found[::-1]


def _length_before(branch: Sequence[RecordedTurn], turn: RecordedTurn) -> int:
    """Return how many turns of the last branch this one follows, by what it knew of them."""
    if turn.known_answers is None:
        return len(branch)
    answered = [number for number, each in enumerate(branch, start=1) if each.answer.text]
    after = [0, *answered][min(turn.known_answers, len(answered))]
    later = range(after, len(branch))
    same = [place for place in later if branch[place].asked.question == turn.asked.question]
    if same:
        return same[-1]
    # A question that failed stays; an answer that this one does not know is of another branch.
    return after if any(branch[place].answer.text for place in later) else len(branch)
