"""Who the visitor is: a sign-in code becomes a token, a token becomes a person with roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import requests
from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import LinkRefused

EXCHANGE_SECONDS = (2, 5)


class Role(StrEnum):
    """What a person is here for; each is a group of the workspace."""

    REVIEWER = "reviewer"
    ANALYST = "analyst"
    ADMIN = "admin"


# Who may know what others asked and said.
SEES_ALL = (Role.ANALYST, Role.ADMIN)
ROLE_OF_GROUP = {"reviewers": Role.REVIEWER, "analysts": Role.ANALYST, "admins": Role.ADMIN}


@dataclass(frozen=True)
class Viewer:
    """The person a page is drawn for."""

    user_name: str
    display_name: str
    roles: frozenset[Role]

    def has_any(self, roles: Iterable[Role]) -> bool:
        """Tell whether one of the roles is theirs; an administrator has all of them."""
        return Role.ADMIN in self.roles or not self.roles.isdisjoint(roles)


@dataclass(frozen=True)
class SignIn:
    """What a sign-in code is exchanged for."""

    token: str
    valid_seconds: int | None

    def __repr__(self) -> str:
        """Keep the token out of logs."""
        return f"SignIn(valid_seconds={self.valid_seconds})"


class Identity:
    """Answers who holds the token the workspace was opened with."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    @property
    def workspace(self) -> str:
        """Return where the workspace is, as people know it from their browser."""
        host: str = self._workspace.config.host
        return host.partition("://")[2] or host

    def viewer(self) -> Viewer:
        """Ask the workspace who this is."""
        with translated():
            me = self._workspace.current_user.me()
        groups = {group.display or "" for group in me.groups or []}
        user_name = me.user_name or me.id or ""
        return Viewer(
            user_name=user_name,
            display_name=me.display_name or user_name,
            roles=frozenset(ROLE_OF_GROUP[group] for group in groups & ROLE_OF_GROUP.keys()),
        )


def redeem(host: str, code: str) -> SignIn:
    """Exchange a one-time code for the personal token it stands for."""
    with translated():
        answer = requests.post(
            f"{host}/oidc/v1/token",
            data={"grant_type": "authorization_code", "code": code},
            timeout=EXCHANGE_SECONDS,
            allow_redirects=False,
        )
        if 400 <= answer.status_code < 500 and answer.status_code != 429:
            raise LinkRefused
        answer.raise_for_status()
        body = answer.json()
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        raise LinkRefused
    seconds = body.get("expires_in")
    return SignIn(token, seconds if isinstance(seconds, int) and seconds > 0 else None)
