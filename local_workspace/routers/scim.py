"""`/api/2.0/preview/scim/v2`: who am I, and the users and service principals of the workspace.

Everybody with an account may read, admins may change.
"""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from local_workspace.access.permissions import grantee_of
from local_workspace.access.principal import Principal, PrincipalKind
from local_workspace.authentication import AccessStores, access_stores
from local_workspace.errors import NotFound
from local_workspace.routers import scim_groups, scim_shapes
from local_workspace.routers.callers import AccountHolder, Admin
from local_workspace.routers.scim_shapes import Json
from local_workspace.settings import WORKSPACE_ID

router = APIRouter(prefix="/api/2.0/preview/scim/v2")
router.include_router(scim_groups.router)

Filter = Annotated[str | None, Query(alias="filter")]
StartIndex = Annotated[int, Query(alias="startIndex")]
_PAGE = 10_000


class Reference(BaseModel):
    """A group a client names by its id or by its name."""

    value: str | None = None
    display: str | None = None


class NewUser(BaseModel):
    """What is read of the body that creates a user."""

    user_name: str = Field(alias="userName")
    display_name: str | None = Field(default=None, alias="displayName")
    groups: list[Reference] = []


class NewServicePrincipal(BaseModel):
    """What is read of the body that creates a service principal."""

    display_name: str = Field(alias="displayName")
    application_id: str | None = Field(default=None, alias="applicationId")
    groups: list[Reference] = []


@router.get("/Me")
async def me(request: Request, response: Response, caller: AccountHolder) -> Json:
    """Say who the token belongs to; a service principal's user name is its application id."""
    response.headers["X-Databricks-Org-Id"] = WORKSPACE_ID
    return scim_shapes.user(caller, access_stores(request).principals.groups)


@router.get("/Users")
async def list_users(
    request: Request,
    _: AccountHolder,
    expression: Filter = None,
    start_index: StartIndex = 1,
    count: int = _PAGE,
) -> Json:
    """List the people of the workspace."""
    principals = access_stores(request).principals
    users = [scim_shapes.user(each, principals.groups) for each in principals.of_kind("user")]
    return scim_shapes.listing(users, expression, start_index, count)


@router.post("/Users", status_code=201)
async def create_user(request: Request, body: NewUser, _: Admin) -> Json:
    """Add a person, who signs in with a code made for them."""
    principals = access_stores(request).principals
    names = _group_names(request, body.groups)
    created = principals.create_user(body.user_name, body.display_name, names)
    return scim_shapes.user(created, principals.groups)


@router.get("/Users/{user_id}")
async def get_user(request: Request, user_id: str, _: AccountHolder) -> Json:
    """Show one person."""
    stores = access_stores(request)
    return scim_shapes.user(_found(stores, user_id, "user"), stores.principals.groups)


@router.delete("/Users/{user_id}", status_code=204)
async def delete_user(request: Request, user_id: str, _: Admin) -> None:
    """Close a person's account."""
    _close_account(access_stores(request), user_id, "user")


@router.get("/ServicePrincipals")
async def list_service_principals(
    request: Request,
    _: AccountHolder,
    expression: Filter = None,
    start_index: StartIndex = 1,
    count: int = _PAGE,
) -> Json:
    """List the programs that have an identity of their own."""
    principals = access_stores(request).principals
    found = principals.of_kind("service_principal")
    shapes = [scim_shapes.service_principal(each, principals.groups) for each in found]
    return scim_shapes.listing(shapes, expression, start_index, count)


@router.post("/ServicePrincipals", status_code=201)
async def create_service_principal(request: Request, body: NewServicePrincipal, _: Admin) -> Json:
    """Add an identity for a program."""
    principals = access_stores(request).principals
    created = principals.create_service_principal(
        body.display_name, _group_names(request, body.groups), body.application_id
    )
    return scim_shapes.service_principal(created, principals.groups)


@router.get("/ServicePrincipals/{principal_id}")
async def get_service_principal(request: Request, principal_id: str, _: AccountHolder) -> Json:
    """Show one program's identity."""
    stores = access_stores(request)
    principal = _found(stores, principal_id, "service_principal")
    return scim_shapes.service_principal(principal, stores.principals.groups)


@router.delete("/ServicePrincipals/{principal_id}", status_code=204)
async def delete_service_principal(request: Request, principal_id: str, _: Admin) -> None:
    """Take a program's identity away."""
    _close_account(access_stores(request), principal_id, "service_principal")


def _found(stores: AccessStores, principal_id: str, kind: PrincipalKind) -> Principal:
    principal = stores.principals.get(principal_id)
    if principal.kind != kind:
        raise NotFound(f"There is no {kind.replace('_', ' ')} with id {principal_id!r}.")
    return principal


def _close_account(stores: AccessStores, principal_id: str, kind: PrincipalKind) -> None:
    principal = _found(stores, principal_id, kind)
    stores.principals.delete(principal_id)
    stores.tokens.revoke_all_of(principal)
    stores.permissions.forget_grantee(grantee_of(principal))


def _group_names(request: Request, references: Iterable[Reference]) -> list[str]:
    groups = access_stores(request).principals.groups
    return [each.display or groups.name_of(each.value or "") for each in references]
