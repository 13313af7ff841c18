"""`/api/2.0/preview/scim/v2/Groups`: which groups there are and who is in them.

Changing a member of a group is how Databricks' clients give somebody another role.
"""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, field_validator

from local_workspace.access.principals import Principals
from local_workspace.authentication import access_stores
from local_workspace.errors import AlreadyExists, InvalidParameter
from local_workspace.routers import scim_shapes
from local_workspace.routers.callers import AccountHolder, Admin
from local_workspace.routers.scim_shapes import Json

router = APIRouter(prefix="/Groups")

_ONE_MEMBER = re.compile(r'members\[value eq "([^"]+)"\]')


class NewGroup(BaseModel):
    """What is read of the body that creates a group."""

    display_name: str = Field(alias="displayName")


class Member(BaseModel):
    """A user or service principal, by id."""

    value: str


class Operation(BaseModel):
    """One change of a group: add or remove members."""

    op: Literal["add", "remove"]
    path: str | None = None
    value: list[Member] = []

    @field_validator("op", mode="before")
    @classmethod
    def _lower_case(cls, op: object) -> object:
        return op.lower() if isinstance(op, str) else op

    @field_validator("value", mode="before")
    @classmethod
    def _unwrap(cls, value: object) -> object:
        # Without a path the members come wrapped: {"members": [...]}.
        return value.get("members") if isinstance(value, dict) else value

    def member_ids(self) -> list[str]:
        """Return whom it names: in the path of a removal, else in the value."""
        if match := _ONE_MEMBER.fullmatch(self.path or ""):
            return [match[1]]
        if self.path not in (None, "members"):
            raise InvalidParameter("Only the members of a group can be changed.")
        return [member.value for member in self.value]


class GroupPatch(BaseModel):
    """The changes of one PATCH request, applied in order."""

    operations: list[Operation] = Field(alias="Operations")


@router.get("")
async def list_groups(
    request: Request,
    _: AccountHolder,
    expression: Annotated[str | None, Query(alias="filter")] = None,
    start_index: Annotated[int, Query(alias="startIndex")] = 1,
    count: int = 10_000,
) -> Json:
    """List the groups with their members."""
    principals = access_stores(request).principals
    groups = [scim_shapes.group(name, principals) for name in principals.groups.names()]
    return scim_shapes.listing(groups, expression, start_index, count)


@router.post("", status_code=201)
async def create_group(request: Request, body: NewGroup, _: Admin) -> Json:
    """Add an empty group."""
    principals = access_stores(request).principals
    if principals.groups.exists(body.display_name):
        raise AlreadyExists(f"There is already a group with the name {body.display_name!r}.")
    principals.groups.ensure([body.display_name])
    return scim_shapes.group(body.display_name, principals)


@router.get("/{group_id}")
async def get_group(request: Request, group_id: str, _: AccountHolder) -> Json:
    """Show one group with its members."""
    principals = access_stores(request).principals
    return scim_shapes.group(principals.groups.name_of(group_id), principals)


@router.patch("/{group_id}")
async def patch_group(request: Request, group_id: str, body: GroupPatch, _: Admin) -> Json:
    """Add members to a group or take them out."""
    principals = access_stores(request).principals
    name = principals.groups.name_of(group_id)
    for operation in body.operations:
        for member_id in operation.member_ids():
            _change_membership(principals, member_id, name, add=operation.op == "add")
    return scim_shapes.group(name, principals)


def _change_membership(principals: Principals, member_id: str, group: str, *, add: bool) -> None:
    groups = principals.get(member_id).groups
    principals.set_groups(member_id, groups | {group} if add else groups - {group})
