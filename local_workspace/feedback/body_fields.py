"""Reads the body of a request field by field; what has the wrong shape is refused by its path.

Knows JSON and nothing of verdicts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from local_workspace.errors import InvalidParameter

# A name in the path is the sender's and may be of any length.
_PATH_SHOWN = 500
_KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    type(None): "null",
}


@dataclass(frozen=True)
class BodyField:
    """One value of the body and where it stands, as in `dataframe_records[0].source.id`."""

    path: str
    value: Any

    def refused(self, why: str) -> InvalidParameter:
        """Return the error that names this field."""
        return InvalidParameter(f"{self.path[:_PATH_SHOWN]} {why}.")

    @property
    def is_given(self) -> bool:
        """Tell whether there is anything; null is nothing."""
        return self.value is not None

    def decoded(self) -> "BodyField":
        """Return what a text of JSON stands for; the feedback model's columns are such texts."""
        if not isinstance(self.value, str):
            return self
        if not self.value.strip():
            return BodyField(self.path, None)
        try:
            return BodyField(self.path, orjson.loads(self.value))
        except orjson.JSONDecodeError as error:
            raise self.refused(f"is a text that is not JSON ({error})") from error

    def member(self, name: str) -> "BodyField":
        """Return a member of an object."""
        if not isinstance(self.value, dict):
            raise self._wrong("an object")
        return BodyField(f"{self.path}.{name}" if self.path else name, self.value.get(name))

    def members(self, at_most: int) -> Iterator[tuple[str, "BodyField"]]:
        """Yield what an object has under names of the sender's own; null is an empty one."""
        if not self.is_given:
            return
        if not isinstance(self.value, dict):
            raise self._wrong("an object")
        self._check_number(at_most)
        for name in self.value:
            yield name, self.member(name)

    def items(self, at_most: int) -> Iterator["BodyField"]:
        """Yield the items of a list; null is an empty one."""
        if not self.is_given:
            return
        if not isinstance(self.value, list):
            raise self._wrong("a list")
        self._check_number(at_most)
        for place, value in enumerate(self.value):
            yield BodyField(f"{self.path}[{place}]", value)

    def only(self, *names: str) -> None:
        """Refuse an object with other members: a misspelt one would be lost without a word."""
        if not isinstance(self.value, dict):
            raise self._wrong("an object")
        for name in self.value:
            if name not in names:
                known = ", ".join(names)
                raise self.member(name).refused(f"is not known here; known are {known}")

    def text(self, at_most: int) -> str | None:
        """Return a text of bounded length, or None for null."""
        if not self.is_given:
            return None
        if not isinstance(self.value, str):
            raise self._wrong("a text")
        if len(self.value) > at_most:
            raise self.refused(f"has {len(self.value)} characters; {at_most} are allowed")
        if "\0" in self.value:
            # Some databases MLflow may have cannot keep it, and the verdict would never get there.
            raise self.refused("has a null character in it")
        return self.value

    def needed_text(self, at_most: int) -> str:
        """Return a text that says something."""
        found = self.text(at_most)
        if found is None or not found.strip():
            raise self.refused("is missing")
        return found

    def number(self) -> float | None:
        """Return a number, or None for null; the reader of JSON lets no infinity or NaN through."""
        if not self.is_given:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self._wrong("a number")
        return float(self.value)

    def whole_number(self, at_most: int) -> int | None:
        """Return a number to count places with, or None for null."""
        if not self.is_given:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self._wrong("a whole number")
        if not 0 <= self.value <= at_most:
            raise self.refused(f"must be between 0 and {at_most}")
        return self.value

    def _check_number(self, at_most: int) -> None:
        if len(self.value) > at_most:
            raise self.refused(f"has {len(self.value)} entries; {at_most} are allowed")

    def _wrong(self, wanted: str) -> InvalidParameter:
        found = _KINDS.get(type(self.value), "a number")
        return self.refused(f"must be {wanted}, but is {found}")
