"""Personal access tokens: `/api/2.0/token` for one's own, `/api/2.0/token-management` for admins.

The value of a token appears in the answer to its creation and never again.
"""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from local_workspace.access.principal import Principal
from local_workspace.access.tokens import Token
from local_workspace.authentication import AccessStores, access_stores
from local_workspace.errors import InvalidParameter, NotFound
from local_workspace.routers.callers import AccountHolder, Admin
from local_workspace.settings import WORKSPACE_ID

router = APIRouter(prefix="/api/2.0")

Json = dict[str, object]


class NewToken(BaseModel):
    """What is read of the body that creates a token."""

    comment: str = ""
    lifetime_seconds: int | None = None


class NewTokenFor(NewToken):
    """The same, for a service principal."""

    application_id: str


class TokenReference(BaseModel):
    """The token to revoke."""

    token_id: str


@router.post("/token/create")
async def create_token(request: Request, caller: AccountHolder, body: NewToken) -> Json:
    """Make a token for the caller."""
    return _issued(access_stores(request), caller, body, created_by=caller)


@router.get("/token/list")
async def list_tokens(request: Request, caller: AccountHolder) -> Json:
    """List the caller's own tokens."""
    tokens = access_stores(request).tokens.of(caller)
    return {"token_infos": [_public_info(token) for token in tokens]}


@router.post("/token/delete")
async def delete_token(request: Request, caller: AccountHolder, body: TokenReference) -> Json:
    """Revoke one of the caller's own tokens; others do not exist for them."""
    tokens = access_stores(request).tokens
    if tokens.get(body.token_id).principal_id != caller.id:
        raise NotFound(f"Token with id {body.token_id} does not exist.")
    tokens.revoke(body.token_id)
    return {}


@router.post("/token-management/on-behalf-of/tokens")
async def create_token_on_behalf(request: Request, caller: Admin, body: NewTokenFor) -> Json:
    """Make a token for a service principal, which cannot sign in to make its own."""
    stores = access_stores(request)
    owner = stores.principals.find_by_name(body.application_id)
    if owner is None:
        raise NotFound(f"There is no service principal {body.application_id!r}.")
    if owner.kind != "service_principal":
        raise InvalidParameter("A person makes their own tokens: use a sign-in code.")
    return _issued(stores, owner, body, created_by=caller)


@router.get("/token-management/tokens")
async def list_all_tokens(
    request: Request,
    _: Admin,
    created_by_id: str | None = None,
    created_by_username: str | None = None,
) -> Json:
    """List every token of the workspace."""
    stores = access_stores(request)
    infos = [_full_info(token, stores) for token in stores.tokens.all()]
    if created_by_id:
        infos = [info for info in infos if str(info.get("created_by_id")) == created_by_id]
    if created_by_username:
        infos = [info for info in infos if info["created_by_username"] == created_by_username]
    return {"token_infos": infos}


@router.get("/token-management/tokens/{token_id}")
async def get_token(request: Request, token_id: str, _: Admin) -> Json:
    """Show what is known of one token."""
    stores = access_stores(request)
    return {"token_info": _full_info(stores.tokens.get(token_id), stores)}


@router.delete("/token-management/tokens/{token_id}")
async def revoke_token(request: Request, token_id: str, _: Admin) -> Json:
    """Revoke anybody's token."""
    access_stores(request).tokens.revoke(token_id)
    return {}


def _issued(stores: AccessStores, owner: Principal, body: NewToken, created_by: Principal) -> Json:
    secret, token = stores.tokens.issue(
        owner,
        comment=body.comment,
        lifetime_seconds=body.lifetime_seconds,
        created_by=created_by.name,
    )
    return {"token_value": secret, "token_info": _public_info(token)}


def _public_info(token: Token) -> Json:
    return {
        "token_id": token.id,
        "creation_time": int(token.created_at * 1000),
        "expiry_time": -1 if token.expires_at is None else int(token.expires_at * 1000),
        "comment": token.comment,
    }


def _full_info(token: Token, stores: AccessStores) -> Json:
    creator = stores.principals.find_by_name(token.created_by)
    return _public_info(token) | {
        "owner_id": int(token.principal_id),
        "created_by_id": int(creator.id) if creator else None,
        "created_by_username": token.created_by,
        "workspace_id": int(WORKSPACE_ID),
    }
