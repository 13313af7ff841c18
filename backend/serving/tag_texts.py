"""Long texts in an endpoint's tags: over several, since no workspace takes a tag of any length.

How long a serving endpoint's tag may be is documented nowhere. 250 characters fit into every other
tag Databricks and the clouds below it have, so nothing longer is ever sent. A text that was put
into one long tag by somebody else is read all the same.
"""

from collections.abc import Iterable, Mapping

PIECE_CHARACTERS = 250


def in_pieces(key: str, text: str) -> dict[str, str]:
    """Return the tags that say this text: `key`, `key.2`, `key.3`, …; none for an empty one."""
    pieces: list[str] = []
    rest = text
    while rest:
        end = _end_of_piece(rest)
        pieces.append(rest[:end])
        rest = rest[end:]
    return {_name(key, number): piece for number, piece in enumerate(pieces, 1)}


def whole(tags: Mapping[str, str], key: str) -> str:
    """Return the text these tags say."""
    return "".join(tags[name] for name in _names(tags, key))


def left_over(tags: Mapping[str, str], keys: Iterable[str], new: Mapping[str, str]) -> list[str]:
    """Return which tags have to go when `new` takes the place of what is said under these keys."""
    return [name for key in keys for name in _names(tags, key) if name not in new]


def _names(tags: Mapping[str, str], key: str) -> list[str]:
    names: list[str] = []
    while (name := _name(key, len(names) + 1)) in tags:
        names.append(name)
    return names


def _name(key: str, number: int) -> str:
    return key if number == 1 else f"{key}.{number}"


def _end_of_piece(text: str) -> int:
    """Return where to cut: with no blank on either side, which some stores leave out."""
    if len(text) <= PIECE_CHARACTERS:
        return len(text)
    end = PIECE_CHARACTERS
    while end > 1 and (text[end - 1].isspace() or text[end].isspace()):
        end -= 1
    return end
