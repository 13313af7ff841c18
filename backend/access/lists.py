"""Who may do what with an endpoint: its access control list, read and changed through the SDK.

Levels are the workspace's own. What somebody has by being creator or admin of the workspace is
inherited and cannot be taken away here. Whoever the client was opened for is asked for nothing but
their rights in the workspace.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound

# Groups everybody is in, whether or not the workspace lists them among a person's.
EVERYBODY = ("users", "account users")


class Level(StrEnum):
    """What somebody may do; each includes the ones above it."""

    VIEW = "CAN_VIEW"
    QUERY = "CAN_QUERY"
    MANAGE = "CAN_MANAGE"

    @property
    def rank(self) -> int:
        """Return its place among the levels."""
        return list(Level).index(self)


class Kind(StrEnum):
    """Whom an entry names."""

    PERSON = "user_name"
    GROUP = "group_name"
    PROGRAM = "service_principal_name"


@dataclass(frozen=True)
class Grantee:
    """A person, a group or a program, by the name the workspace uses in its lists."""

    kind: Kind
    name: str
    display_name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Entry:
    """What one of them may do: by an entry of its own, and by what it is."""

    grantee: Grantee
    direct: Level | None = None
    inherited: Level | None = None

    @property
    def level(self) -> Level | None:
        """Return the higher of the two."""
        both = [each for each in (self.direct, self.inherited) if each]
        return max(both, key=lambda each: each.rank, default=None)


@dataclass(frozen=True)
class EndpointAccess:
    """The whole list of one endpoint."""

    endpoint: str
    id: str
    entries: tuple[Entry, ...] = ()
    may_change: bool = False

    def entry_of(self, grantee: Grantee) -> Entry:
        """Return what somebody has here, if only nothing."""
        return next((each for each in self.entries if each.grantee == grantee), Entry(grantee))

    def after(self, grantee: Grantee, level: Level | None) -> "EndpointAccess":
        """Return the list as it would be once somebody has this level, or no entry any more."""
        changed = replace(self.entry_of(grantee), direct=level)
        others = [each for each in self.entries if each.grantee != grantee]
        return replace(self, entries=(*others, changed))

    def level_of(self, user_name: str, groups: Iterable[str]) -> Level | None:
        """Return what a person has here, counting their groups."""
        names = {Grantee(Kind.PERSON, user_name), Grantee(Kind.PROGRAM, user_name)}
        names |= {Grantee(Kind.GROUP, each) for each in (*groups, *EVERYBODY)}
        theirs = [each.level for each in self.entries if each.grantee in names and each.level]
        return max(theirs, key=lambda each: each.rank, default=None)


def read(workspace: WorkspaceClient, endpoint: str) -> EndpointAccess:
    """Return who may do what with an endpoint."""
    with translated():
        detail = workspace.serving_endpoints.get(endpoint)
        listed = workspace.serving_endpoints.get_permissions(detail.id or "")
    return EndpointAccess(
        endpoint=endpoint,
        id=detail.id or "",
        entries=tuple(_entry(each) for each in listed.access_control_list or []),
        may_change=detail.permission_level
        == serving.ServingEndpointDetailedPermissionLevel.CAN_MANAGE,
    )


def give(workspace: WorkspaceClient, endpoint: str, grantee: Grantee, level: Level) -> None:
    """Give somebody a level of their own, higher or lower than before; leave all others."""
    now = _changeable(workspace, endpoint)
    try:
        with translated():
            workspace.serving_endpoints.update_permissions(
                now.id, access_control_list=[_request(grantee, level)]
            )
    except NotFound as unknown:
        raise NotFound(f"This workspace knows nobody called {grantee.name!r}.") from unknown


def take_away(workspace: WorkspaceClient, endpoint: str, grantee: Grantee) -> None:
    """Remove somebody's own entry; what they have by being admin or creator stays."""
    now = _changeable(workspace, endpoint)
    rest = [each for each in now.entries if each.direct and each.grantee != grantee]
    with translated():
        # There is no request that removes one: the others are written anew.
        workspace.serving_endpoints.set_permissions(
            now.id,
            access_control_list=[
                _request(each.grantee, each.direct) for each in rest if each.direct
            ],
        )


def named(name: str) -> Grantee:
    """Return whom a bare name means: with an @ a person, otherwise a group."""
    return Grantee(Kind.PERSON if "@" in name else Kind.GROUP, name)


def _changeable(workspace: WorkspaceClient, endpoint: str) -> EndpointAccess:
    now = read(workspace, endpoint)
    if not now.may_change:
        raise NotAllowed(
            f"You have no permission to change who may use {endpoint!r}: that takes CAN_MANAGE."
        )
    return now


def _request(grantee: Grantee, level: Level) -> serving.ServingEndpointAccessControlRequest:
    wanted = {grantee.kind.value: grantee.name, "permission_level": level.value}
    return serving.ServingEndpointAccessControlRequest.from_dict(wanted)


def _entry(listed: serving.ServingEndpointAccessControlResponse) -> Entry:
    kind = next((each for each in Kind if getattr(listed, each.value)), Kind.PERSON)
    given = listed.all_permissions or []
    name = getattr(listed, kind.value) or ""
    return Entry(
        Grantee(kind, name, listed.display_name or name),
        direct=_highest(each for each in given if not each.inherited),
        inherited=_highest(each for each in given if each.inherited),
    )


def _highest(given: Iterable[serving.ServingEndpointPermission]) -> Level | None:
    known = {each.value: each for each in Level}
    levels = [
        known[each.permission_level.value]
        for each in given
        if each.permission_level and each.permission_level.value in known
    ]
    return max(levels, key=lambda each: each.rank, default=None)
