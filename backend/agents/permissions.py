"""Who may use a deployed model, by its name: `set_permissions` and `get_permissions`."""

from collections.abc import Iterable
from enum import StrEnum

from backend.access import lists as access_lists
from backend.access.lists import Level
from backend.agents.record import endpoints_of
from backend.connection import workspace_from_environment


class PermissionLevel(StrEnum):
    """The levels of `databricks.agents`; reviewing takes no more than querying here."""

    NO_PERMISSIONS = "NO_PERMISSIONS"
    CAN_VIEW = "CAN_VIEW"
    CAN_QUERY = "CAN_QUERY"
    CAN_REVIEW = "CAN_REVIEW"
    CAN_MANAGE = "CAN_MANAGE"


_GIVEN = {
    PermissionLevel.NO_PERMISSIONS: None,
    PermissionLevel.CAN_VIEW: Level.VIEW,
    PermissionLevel.CAN_QUERY: Level.QUERY,
    PermissionLevel.CAN_REVIEW: Level.QUERY,
    PermissionLevel.CAN_MANAGE: Level.MANAGE,
}


def set_permissions(
    model_name: str, users: Iterable[str], permission_level: PermissionLevel
) -> None:
    """Give people and groups a level on every endpoint of a model; a name with an @ is a person.

    NO_PERMISSIONS takes away what they were given. What admins and creators have anyway stays.
    """
    level = _GIVEN[PermissionLevel(permission_level)]
    names = [users] if isinstance(users, str) else list(users)
    workspace = workspace_from_environment()
    for endpoint in endpoints_of(workspace, model_name):
        for name in names:
            grantee = access_lists.named(name)
            if level is None:
                access_lists.take_away(workspace, endpoint, grantee)
            else:
                access_lists.give(workspace, endpoint, grantee, level)


def get_permissions(model_name: str) -> list[tuple[str, PermissionLevel]]:
    """Return who may do what with a model on all of its endpoints: the lowest level of each."""
    workspace = workspace_from_environment()
    lists = [access_lists.read(workspace, each) for each in endpoints_of(workspace, model_name)]
    first, *others = [
        {entry.grantee: entry.level for entry in each.entries if entry.level} for each in lists
    ]
    lowest = {
        grantee: min((level, *(each[grantee] for each in others)), key=lambda known: known.rank)
        for grantee, level in first.items()
        if all(grantee in each for each in others)
    }
    found = ((grantee.name, PermissionLevel(level.value)) for grantee, level in lowest.items())
    return sorted(found)
