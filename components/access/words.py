"""Levels, and whom they are given to, in the words of the pages."""

from backend.access.lists import Entry, Grantee, Kind, Level

LEVELS = {
    Level.VIEW: "See it",
    Level.QUERY: "Ask it",
    Level.MANAGE: "Manage it",
}
EXPLAINED = (
    "See it: state and figures. Ask it: chat and judge, too. "
    "Manage it: change what it serves and who may use it, too."
)
_KINDS = {Kind.PERSON: "", Kind.GROUP: "group", Kind.PROGRAM: "program"}


def name_of(grantee: Grantee) -> str:
    """Return whom an entry names, so that namesakes are told apart."""
    kind = _KINDS[grantee.kind]
    shown = grantee.display_name or grantee.name
    beside = ", ".join(
        each for each in (kind, grantee.name if shown != grantee.name else "") if each
    )
    return f"{shown} ({beside})" if beside else shown


def may(level: Level) -> str:
    """Return a level within a sentence: "may ask it"."""
    return f"may {LEVELS[level].lower()}"


def level_of(entry: Entry) -> str:
    """Return what somebody may do here, and whether it was given or comes with what they are."""
    if entry.level is None:
        return ""
    is_given = entry.direct is entry.level
    return LEVELS[entry.level] if is_given else f"{LEVELS[entry.level]} (admin or creator)"
