"""The tools a chain called on its way to an answer, put together from the messages about them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from backend.turns.answers import ToolStep


class ToolSteps:
    """Knows each step once; yields it again whenever more of it is known."""

    def __init__(self) -> None:
        self._steps: dict[str, ToolStep] = {}
        # A streamed call is named once, and further pieces of it have a place only.
        self._id_at: dict[object, str] = {}

    def __iter__(self) -> Iterator[ToolStep]:
        return iter(tuple(self._steps.values()))

    def call(self, call_id: object, name: object, arguments: object) -> Iterator[ToolStep]:
        """Take in a call that came in one piece."""
        step_id = self._known_id(call_id)
        known = self._steps.get(step_id)
        step = ToolStep(step_id, _text(name), _text(arguments), known.result if known else None)
        yield from self._changed(step)

    def openai_call(self, call: Mapping[str, Any]) -> Iterator[ToolStep]:
        """Take in a call in OpenAI's shape, or the next piece of one."""
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        place = call.get("index") if isinstance(call.get("index"), int) else None
        step_id = self._id_at.get(place) if place is not None else None
        known = self._steps.get(step_id) if step_id else None
        if known is None or (call.get("id") and call.get("id") != known.id):
            step_id = self._known_id(call.get("id"))
            if place is not None:
                self._id_at[place] = step_id
            yield from self.call(step_id, function.get("name"), function.get("arguments"))
            return
        more = _text(function.get("arguments"))
        name = known.name or _text(function.get("name"))
        yield from self._changed(replace(known, name=name, arguments=known.arguments + more))

    def result(self, call_id: object, name: object, result: str) -> Iterator[ToolStep]:
        """Take in what a tool returned, also of a call nobody told of."""
        step_id = self._known_id(call_id)
        known = self._steps.get(step_id) or ToolStep(step_id, _text(name), "")
        yield from self._changed(replace(known, result=result))

    def _known_id(self, given: object) -> str:
        return given if isinstance(given, str) and given else f"step-{len(self._steps) + 1}"

    def _changed(self, step: ToolStep) -> Iterator[ToolStep]:
        if self._steps.get(step.id) != step:
            self._steps[step.id] = step
            yield step


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
