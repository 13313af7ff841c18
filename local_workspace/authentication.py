"""Who sent this request: the token it carries, turned into a principal.

It decides nothing about what a caller may do, and no token ever appears in a message or a log.
"""

import base64
import binascii
from typing import Protocol, cast

from starlette.requests import HTTPConnection

from local_workspace.access.browser_sessions import BrowserSessions
from local_workspace.access.permissions import Permissions
from local_workspace.access.principal import Principal
from local_workspace.access.principals import Principals
from local_workspace.access.sign_in_codes import SignInCodes
from local_workspace.access.tokens import Tokens
from local_workspace.errors import Unauthenticated

# Databricks' own sentence.
_NO_CREDENTIAL = "Credential was not sent or was of an unsupported type for this API."
_INVALID_TOKEN = "Invalid access token."


class AccessStores(Protocol):
    """What authentication and access control need of the workspace on `app.state`."""

    @property
    def principals(self) -> Principals: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def permissions(self) -> Permissions: ...
    @property
    def sign_in_codes(self) -> SignInCodes: ...
    @property
    def browser_sessions(self) -> BrowserSessions: ...


def access_stores(connection: HTTPConnection) -> AccessStores:
    """Return the stores of the workspace that serves this request."""
    return cast(AccessStores, connection.app.state.workspace)


def authenticate(connection: HTTPConnection) -> Principal:
    """Return whose token the request carries, as `Bearer` or as the password of `token`."""
    secret = bearer_token(connection.headers.get("authorization", ""))
    if secret is None:
        raise Unauthenticated(_NO_CREDENTIAL)
    if principal := access_stores(connection).tokens.principal_of(secret):
        return principal
    raise Unauthenticated(_INVALID_TOKEN)


def bearer_token(authorization: str) -> str | None:
    """Return the token in an Authorization header, or None when there is none to read."""
    scheme, _, credential = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            return credential.strip() or None
        case "basic":
            return _basic_password(credential.strip())
    return None


def _basic_password(credential: str) -> str | None:
    try:
        user, _, password = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if user == "token" and password else None
