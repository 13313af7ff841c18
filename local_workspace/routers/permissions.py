"""`/api/2.0/permissions/serving-endpoints/{id}`: who may do what with an endpoint.

Whoever may see an endpoint may read the list; changing it needs CAN_MANAGE.
"""

from typing import Protocol, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel

from local_workspace.access.permissions import (
    AclEntry,
    Grantee,
    GranteeKind,
    PermissionLevel,
)
from local_workspace.access.principal import Principal
from local_workspace.access.principals import Principals
from local_workspace.authentication import AccessStores, access_stores
from local_workspace.errors import InvalidParameter, NotFound, PermissionDenied
from local_workspace.routers.callers import AccountHolder

router = APIRouter(prefix="/api/2.0/permissions/serving-endpoints")

Json = dict[str, object]

_INHERITED_FROM = ["/serving-endpoints/"]
_DESCRIPTIONS = {
    PermissionLevel.CAN_VIEW: "Can view the endpoint",
    PermissionLevel.CAN_QUERY: "Can query the endpoint",
    PermissionLevel.CAN_MANAGE: "Can manage the endpoint and its permissions",
}


class Endpoint(Protocol):
    """What is asked of an endpoint here."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def creator(self) -> str: ...


class Endpoints(Protocol):
    """Where endpoints are found; the serving half of the workspace provides it."""

    def find_by_id(self, endpoint_id: str, /) -> Endpoint | None: ...


class AclItem(BaseModel):
    """One entry as clients send it: a level and exactly one name."""

    permission_level: str
    user_name: str | None = None
    group_name: str | None = None
    service_principal_name: str | None = None

    def as_entry(self, principals: Principals) -> AclEntry:
        """Return the entry, or say what is wrong with it."""
        kinds: tuple[GranteeKind, ...] = ("user_name", "group_name", "service_principal_name")
        named = [(kind, name) for kind in kinds if (name := getattr(self, kind))]
        if len(named) != 1:
            raise InvalidParameter(
                "Each entry needs exactly one of user_name, group_name, service_principal_name."
            )
        kind, name = named[0]
        return AclEntry(_existing(Grantee(kind, name), principals), _level(self.permission_level))


class AclRequest(BaseModel):
    """The body of PUT and PATCH."""

    access_control_list: list[AclItem] = []


@router.get("/{endpoint_id}/permissionLevels")
async def permission_levels(request: Request, endpoint_id: str, caller: AccountHolder) -> Json:
    """List the levels an endpoint knows."""
    _endpoint_for(request, endpoint_id, caller, PermissionLevel.CAN_VIEW)
    return {
        "permission_levels": [
            {"permission_level": level.name, "description": description}
            for level, description in _DESCRIPTIONS.items()
        ]
    }


@router.get("/{endpoint_id}")
async def get_permissions(request: Request, endpoint_id: str, caller: AccountHolder) -> Json:
    """Show who may do what with an endpoint."""
    endpoint = _endpoint_for(request, endpoint_id, caller, PermissionLevel.CAN_VIEW)
    return _acl(access_stores(request), endpoint)


@router.put("/{endpoint_id}")
async def set_permissions(
    request: Request, endpoint_id: str, body: AclRequest, caller: AccountHolder
) -> Json:
    """Replace the direct entries of an endpoint."""
    endpoint, stores = _managed(request, endpoint_id, caller), access_stores(request)
    entries = [item.as_entry(stores.principals) for item in body.access_control_list]
    stores.permissions.replace(endpoint.id, entries)
    return _acl(stores, endpoint)


@router.patch("/{endpoint_id}")
async def update_permissions(
    request: Request, endpoint_id: str, body: AclRequest, caller: AccountHolder
) -> Json:
    """Change the entries of those who are named."""
    endpoint, stores = _managed(request, endpoint_id, caller), access_stores(request)
    entries = [item.as_entry(stores.principals) for item in body.access_control_list]
    stores.permissions.merge(endpoint.id, entries)
    return _acl(stores, endpoint)


def _managed(request: Request, endpoint_id: str, caller: Principal) -> Endpoint:
    return _endpoint_for(request, endpoint_id, caller, PermissionLevel.CAN_MANAGE)


def _endpoint_for(
    request: Request, endpoint_id: str, caller: Principal, needed: PermissionLevel
) -> Endpoint:
    endpoint = cast(Endpoints, request.app.state.workspace.endpoints).find_by_id(endpoint_id)
    if endpoint is None:
        raise NotFound(f"There is no serving endpoint with id {endpoint_id!r}.")
    permissions = access_stores(request).permissions
    level = permissions.level_of(caller, endpoint.id, endpoint.name, endpoint.creator)
    if level < needed:
        raise PermissionDenied(f"{caller.name} needs {needed.name} on endpoint {endpoint.name!r}.")
    return endpoint


def _existing(grantee: Grantee, principals: Principals) -> Grantee:
    if grantee.kind == "group_name":
        known = principals.groups.exists(grantee.name)
    else:
        kind = "user" if grantee.kind == "user_name" else "service_principal"
        principal = principals.find_by_name(grantee.name)
        known = principal is not None and principal.kind == kind
        grantee = Grantee(grantee.kind, grantee.name.lower())
    if not known:
        raise NotFound(f"Principal: {grantee.name} does not exist.")
    return grantee


def _level(name: str) -> PermissionLevel:
    if name not in [level.name for level in _DESCRIPTIONS]:
        raise InvalidParameter(f"{name!r} is not a permission level of serving endpoints.")
    return PermissionLevel[name]


def _acl(stores: AccessStores, endpoint: Endpoint) -> Json:
    creator = stores.principals.find_by_name(endpoint.creator)
    by_grantee: dict[Grantee, list[AclEntry]] = {}
    for entry in stores.permissions.acl(endpoint.id, creator):
        by_grantee.setdefault(entry.grantee, []).append(entry)
    return {
        "object_id": f"/serving-endpoints/{endpoint.id}",
        "object_type": "serving-endpoint",
        "access_control_list": [
            _acl_item(grantee, entries, stores.principals)
            for grantee, entries in by_grantee.items()
        ],
    }


def _acl_item(grantee: Grantee, entries: list[AclEntry], principals: Principals) -> Json:
    principal = principals.find_by_name(grantee.name)
    item: Json = {grantee.kind: grantee.name}
    if principal and grantee.kind != "group_name":
        item["display_name"] = principal.display_name
    item["all_permissions"] = [_permission(entry) for entry in entries]
    return item


def _permission(entry: AclEntry) -> Json:
    permission: Json = {"permission_level": entry.level.name, "inherited": entry.inherited}
    if entry.inherited:
        permission["inherited_from_object"] = _INHERITED_FROM
    return permission
