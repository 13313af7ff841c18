"""A saved view: a name for what an address shows; knows no store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.errors import Refused

LONGEST_NAME = 80


@dataclass(frozen=True)
class SavedView:
    """What a page shows, as the parameters of its address, and who gave it a name."""

    place: str
    name: str
    parameters: Mapping[str, str]
    by: str
    at: datetime
    # Who changed it last, if anybody has.
    changed_by: str = ""
    id: str = ""


def tidy(name: str) -> str:
    """Return a name as it is kept: on one line, without what nobody sees."""
    kept = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    if not kept:
        raise Refused("A view needs a name.")
    if len(kept) > LONGEST_NAME:
        raise Refused(f"The name of a view has at most {LONGEST_NAME} letters.")
    return kept
