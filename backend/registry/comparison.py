"""What differs between two versions, part by part, as texts; knows no store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from backend.registry.contents import Contents, Prompt


@dataclass(frozen=True)
class Difference:
    """One part of two versions as text; a part that one of them lacks is empty there."""

    part: str
    before: str
    after: str

    @property
    def is_change(self) -> bool:
        """Tell whether the versions differ here."""
        return self.before != self.after


def differences(before: Contents, after: Contents) -> tuple[Difference, ...]:
    """Return each part that at least one of the two has, in the order people ask for them."""
    parts = [
        *_by_name("Prompt", _texts(before.prompts), _texts(after.prompts)),
        Difference("Configuration", _config(before), _config(after)),
        *_by_name("Code", before.code, after.code),
        Difference("Signature", str(before.signature or ""), str(after.signature or "")),
        Difference("Requirements", before.requirements, after.requirements),
        *_by_name("Environment", before.environment, after.environment),
    ]
    return tuple(each for each in parts if each.before or each.after)


def _by_name(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    names = dict.fromkeys([*after, *before])
    return [
        Difference(f"{kind}: {name}", before.get(name, ""), after.get(name, "")) for name in names
    ]


def _texts(prompts: tuple[Prompt, ...]) -> dict[str, str]:
    """Return the prompts by a name that stays the same from version to version."""
    return {_unnumbered(each.name): each.text for each in prompts}


def _unnumbered(name: str) -> str:
    """Return a registered prompt's name without its version: the same prompt, reworded."""
    head, slash, number = name.rpartition("/")
    return head if slash and number.isdecimal() else name


def _config(contents: Contents) -> str:
    if not contents.config:
        return ""
    return json.dumps(contents.config, indent=2, ensure_ascii=False, sort_keys=True, default=str)
