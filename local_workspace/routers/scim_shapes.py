"""How SCIM writes a user, a service principal and a group, and how it lists them."""

import re

from local_workspace.access.groups import Groups
from local_workspace.access.principal import Principal
from local_workspace.access.principals import Principals
from local_workspace.errors import InvalidParameter

Json = dict[str, object]

_CORE = "urn:ietf:params:scim:schemas:core:2.0"
_USER_SCHEMAS = [f"{_CORE}:User", "urn:ietf:params:scim:schemas:extension:workspace:2.0:User"]
_FILTER = re.compile(r'\s*([\w.]+)\s+(eq|ne|co|sw)\s+"?([^"]*?)"?\s*', re.IGNORECASE)


def user(principal: Principal, groups: Groups) -> Json:
    """Return a user as `current_user.me()` and `users.get()` read it."""
    given, _, family = principal.display_name.partition(" ")
    return {
        "schemas": _USER_SCHEMAS,
        "id": principal.id,
        "userName": principal.name,
        "displayName": principal.display_name,
        "active": True,
        "name": {"givenName": given, "familyName": family},
        "emails": [{"value": principal.name, "type": "work", "primary": True}],
        "groups": _memberships(principal, groups),
        "entitlements": [{"value": "workspace-access"}],
        "roles": [],
    }


def service_principal(principal: Principal, groups: Groups) -> Json:
    """Return a service principal as `service_principals.get()` reads it."""
    return {
        "schemas": [f"{_CORE}:ServicePrincipal"],
        "id": principal.id,
        "applicationId": principal.name,
        "displayName": principal.display_name,
        "active": True,
        "groups": _memberships(principal, groups),
        "entitlements": [{"value": "workspace-access"}],
        "roles": [],
    }


def group(name: str, principals: Principals) -> Json:
    """Return a group with its members."""
    return {
        "schemas": [f"{_CORE}:Group"],
        "id": principals.groups.id_of(name),
        "displayName": name,
        "members": [
            {"display": member.display_name, "value": member.id, "$ref": _reference(member)}
            for member in principals.members_of(name)
        ],
        "meta": {"resourceType": "WorkspaceGroup"},
    }


def listing(resources: list[Json], expression: str | None, start_index: int, count: int) -> Json:
    """Return the page of the matching resources that starts at `start_index`, counted from 1."""
    found = [each for each in resources if expression is None or _matches(each, expression)]
    page = found[max(start_index, 1) - 1 :][: max(count, 0)]
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(found),
        "startIndex": start_index,
        "itemsPerPage": len(page),
        "Resources": page,
    }


def _matches(resource: Json, expression: str) -> bool:
    match = _FILTER.fullmatch(expression)
    if match is None:
        raise InvalidParameter(
            'filter must be one comparison, like userName eq "alice@example.com"'
        )
    attribute, operator, wanted = match.groups()
    value = str(resource.get(_spelling(resource, attribute), "")).lower()
    match operator.lower():
        case "eq":
            return value == wanted.lower()
        case "ne":
            return value != wanted.lower()
        case "sw":
            return value.startswith(wanted.lower())
    return wanted.lower() in value


def _spelling(resource: Json, attribute: str) -> str:
    # SCIM compares the names of attributes without regard to case.
    return next((key for key in resource if key.lower() == attribute.lower()), attribute)


def _memberships(principal: Principal, groups: Groups) -> list[Json]:
    ids = {name: groups.id_of(name) for name in sorted(principal.groups)}
    return [
        {"display": name, "value": group_id, "type": "direct", "$ref": f"Groups/{group_id}"}
        for name, group_id in ids.items()
    ]


def _reference(principal: Principal) -> str:
    return f"{'Users' if principal.kind == 'user' else 'ServicePrincipals'}/{principal.id}"
