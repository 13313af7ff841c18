"""The callers a route may ask for: anybody with an account, an admin, a user of MLflow.

The only place where a role opens or closes a route; rights on one endpoint are decided there.
"""

from typing import Annotated

from fastapi import Depends, Request

from local_workspace.access.principal import Principal
from local_workspace.authentication import authenticate
from local_workspace.errors import PermissionDenied


async def account_holder(request: Request) -> Principal:
    """Return the caller unless it is a served version, which may only query endpoints."""
    principal = authenticate(request)
    if principal.may_only_query:
        raise PermissionDenied("A served version may only query the endpoints it declared.")
    return principal


async def admin(request: Request) -> Principal:
    """Return the caller if it is an admin of the workspace."""
    principal = await account_holder(request)
    if not principal.is_admin:
        raise PermissionDenied(f"{principal.name} is not an admin of this workspace.")
    return principal


def checked_mlflow_user(principal: Principal) -> Principal:
    """Return this principal if it may use MLflow directly."""
    if not principal.may_use_mlflow:
        raise PermissionDenied(
            f"{principal.name} may not use MLflow: it is open to admins, analysts and service "
            "principals."
        )
    return principal


async def mlflow_user(request: Request) -> Principal:
    """Return the caller if it may use MLflow directly."""
    return checked_mlflow_user(authenticate(request))


AccountHolder = Annotated[Principal, Depends(account_holder)]
Admin = Annotated[Principal, Depends(admin)]
MlflowUser = Annotated[Principal, Depends(mlflow_user)]
