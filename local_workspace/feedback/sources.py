"""Who is on record as the author of a verdict.

It is whoever sent it, unless an admin sends it for somebody else. Clients of the platform put an
app's name or whatever a person typed there, so another name from anybody else is no reason to
lose the verdict: it is kept as a tag that claims nothing.
"""

from dataclasses import dataclass, field

from local_workspace.access.principal import Principal
from local_workspace.errors import PermissionDenied
from local_workspace.feedback.body_fields import BodyField

HUMAN = "human"
HUMAN_TYPES = frozenset((HUMAN, "expert", "end_user"))
CLAIMED_TAG = "claimed_source_id"

MAX_SOURCE = 250
MAX_TAGS = 20
MAX_TAG = 1_000


@dataclass(frozen=True)
class Source:
    """The author of a verdict, as the assessment log keeps it."""

    type: str
    id: str
    tags: dict[str, str] = field(default_factory=dict)


def read_source(source: BodyField, caller: Principal) -> Source:
    """Return the author; nobody but admins can speak for others, or as a machine while a person."""
    claimed = source.decoded()
    if not claimed.is_given:
        return Source(HUMAN, caller.name)
    claimed.only("id", "type", "tags")
    kind = _type(claimed.member("type"), caller)
    named = claimed.member("id").text(MAX_SOURCE) or caller.name
    tags = _tags(claimed.member("tags"))
    # Names of people are e-mail addresses, whose case says nothing.
    if named.casefold() == caller.name.casefold():
        return Source(kind, caller.name, tags)
    if caller.is_admin:
        return Source(kind, named, tags)
    return Source(kind, caller.name, tags | {CLAIMED_TAG: named})


def _type(field: BodyField, caller: Principal) -> str:
    kind = field.text(MAX_SOURCE) or HUMAN
    if kind.lower() in HUMAN_TYPES or caller.is_admin or caller.kind == "service_principal":
        return kind
    known = ", ".join(sorted(HUMAN_TYPES))
    raise PermissionDenied(
        f"{field.path} is {kind!r}, which only admins and service principals may send; people are "
        f"one of {known}.",
        reason="SOURCE_TYPE_NOT_ALLOWED",
    )


def _tags(field: BodyField) -> dict[str, str]:
    tags = {}
    for name, tag in field.members(MAX_TAGS):
        if len(name) > MAX_SOURCE:
            raise field.refused(f"has a tag whose name is longer than {MAX_SOURCE} characters")
        tags[name] = tag.text(MAX_TAG) or ""
    return tags
