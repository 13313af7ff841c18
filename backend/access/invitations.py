"""Inviting people: an account, a one-time link that becomes a personal token, and taking both back.

A workspace of Databricks gets its people from an account console or an identity provider and has no
such links; `are_offered` tells. Everything is done with the admin's own token. A code appears in
the answer to its creation, and nowhere else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote

import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import iam, settings

from backend.connection import ANSWER_SECONDS
from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered, Refused
from backend.identity import ROLE_OF_GROUP, Role, Viewer

CODES = "/__local__/sign-in-codes"
MOST_PEOPLE = 2_000
_USER_NAME = re.compile(r"[^\s\"\\@]+@[^\s\"\\@]+")
_GROUP_OF_ROLE = {role: group for group, role in ROLE_OF_GROUP.items()}


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: str
    user_name: str
    display_name: str
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Invitation:
    """A link that was not used yet, without what opens."""

    id: str
    user_name: str
    invited_by: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class NewLink:
    """What the admin passes on, once; the code is in no log because it is in no `repr`."""

    user_name: str
    expires_at: datetime
    code: str = field(repr=False)

    def address(self, app: str) -> str:
        """Return the link for the app at this address."""
        return f"{app.rstrip('/')}/sign-in?code={quote(self.code)}"


@dataclass(frozen=True)
class PersonToken:
    """One way in that a person has now; the token itself cannot be read any more."""

    id: str
    comment: str
    made_at: datetime | None
    expires_at: datetime | None


class Invitations:
    """Lets people in and out, for one admin."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace
        self._offered: bool | None = None

    def are_offered(self, viewer: Viewer) -> bool:
        """Tell whether this workspace has links at all; asked once."""
        if self._offered is None:
            try:
                self.open(viewer)
            except (NotOffered, NotFound):
                self._offered = False
            else:
                self._offered = True
        return self._offered

    def open(self, viewer: Viewer) -> list[Invitation]:
        """Return the links nobody has used yet, the newest first."""
        _check(viewer)
        found = self._ask("GET", CODES).get("sign_in_codes") or []
        return [_invitation(each) for each in found]

    def people(self, viewer: Viewer) -> list[Person]:
        """Return everybody with an account, by name."""
        _check(viewer)
        with translated():
            listed = self._workspace.users.list(attributes="id,userName,displayName,groups")
            found = [_person(each) for each in islice(listed, MOST_PEOPLE)]
        return sorted(found, key=lambda each: each.user_name)

    def let_in(self, viewer: Viewer, user_name: str, display_name: str, role: Role) -> Person:
        """Make sure that there is an account of this name with this role."""
        _check(viewer)
        name = _user_name(user_name)
        known = self._find(name)
        if known is None:
            group = iam.ComplexValue(value=self._group_id(role))
            with translated():
                created = self._workspace.users.create(
                    user_name=name, display_name=display_name.strip() or name, groups=[group]
                )
            return _person(created)
        if role not in known.roles:
            self.set_role(viewer, known, role, has_it=True)
        return known

    def set_role(self, viewer: Viewer, person: Person, role: Role, *, has_it: bool) -> None:
        """Put a person into a role's group, or take them out of it."""
        _check(viewer)
        if has_it:
            change = iam.Patch(op=iam.PatchOp.ADD, value={"members": [{"value": person.id}]})
        else:
            path = f'members[value eq "{person.id}"]'
            change = iam.Patch(op=iam.PatchOp.REMOVE, path=path)
        with translated():
            self._workspace.groups.patch(
                self._group_id(role),
                operations=[change],
                schemas=[iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP],
            )

    def make_link(
        self, viewer: Viewer, user_name: str, opens_for: timedelta, signed_in_for: timedelta
    ) -> NewLink:
        """Return a link that works once: for how long, and for how long one is signed in then."""
        _check(viewer)
        wanted = {
            "user_name": user_name,
            "lifetime_seconds": int(opens_for.total_seconds()),
            "token_lifetime_seconds": int(signed_in_for.total_seconds()),
        }
        made = self._make_code(wanted)
        return NewLink(user_name, datetime.fromisoformat(made["expires_at"]), made["code"])

    def withdraw(self, viewer: Viewer, invitation: Invitation) -> None:
        """Make a link useless before somebody uses it."""
        _check(viewer)
        self._ask("DELETE", f"{CODES}/{quote(invitation.id)}")

    def tokens(self, viewer: Viewer, person: Person) -> list[PersonToken]:
        """Return the ways in that a person has now, the newest first."""
        _check(viewer)
        with translated():
            listed = list(self._workspace.token_management.list())
        theirs = [each for each in listed if str(each.owner_id) == person.id and each.token_id]
        found = [_token(each) for each in theirs]
        return sorted(found, key=lambda each: each.made_at or _LONG_AGO, reverse=True)

    def revoke(self, viewer: Viewer, tokens: Iterable[PersonToken]) -> None:
        """Close these ways in; whoever uses one is out with the next click."""
        _check(viewer)
        with translated():
            for token in tokens:
                self._workspace.token_management.delete(token.id)

    def _find(self, name: str) -> Person | None:
        with translated():
            found = list(
                self._workspace.users.list(
                    attributes="id,userName,displayName,groups", filter=f'userName eq "{name}"'
                )
            )
        return next((_person(each) for each in found), None)

    def _group_id(self, role: Role) -> str:
        name = _GROUP_OF_ROLE[role]
        with translated():
            groups = self._workspace.groups.list(
                attributes="id,displayName", filter=f'displayName eq "{name}"'
            )
            found = next((each.id for each in groups if each.id), None)
        if found is None:
            raise NotFound(f"This workspace has no group called {name!r}.")
        return found

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        """Send a request for which the SDK has no method."""
        with translated():
            answer = self._workspace.api_client.do(method, path)
        return answer if isinstance(answer, dict) else {}

    def _make_code(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Ask for a code past the SDK, which writes answers to its log where one lets it."""
        config = self._workspace.config
        with translated():
            answer = requests.post(
                f"{config.host}{CODES}",
                json=wanted,
                headers=config.authenticate(),
                timeout=ANSWER_SECONDS,
                allow_redirects=False,
            )
            answer.raise_for_status()
            made: dict[str, Any] = answer.json()
        return made


_LONG_AGO = datetime.fromtimestamp(0, UTC)


def _check(viewer: Viewer) -> None:
    if not viewer.has_any((Role.ADMIN,)):
        raise NotAllowed("People are let in and out by admins.")


def _user_name(typed: str) -> str:
    name = typed.strip().lower()
    if not _USER_NAME.fullmatch(name):
        raise Refused("A user name looks like an e-mail address: somebody@example.com.")
    return name


def _person(user: iam.User) -> Person:
    groups = {each.display or "" for each in user.groups or []}
    return Person(
        id=user.id or "",
        user_name=user.user_name or "",
        display_name=user.display_name or user.user_name or "",
        roles=frozenset(ROLE_OF_GROUP[each] for each in groups & ROLE_OF_GROUP.keys()),
    )


def _invitation(listed: dict[str, Any]) -> Invitation:
    return Invitation(
        id=listed["code_id"],
        user_name=listed["user_name"],
        invited_by=listed["created_by"],
        made_at=datetime.fromisoformat(listed["created_at"]),
        expires_at=datetime.fromisoformat(listed["expires_at"]),
    )


def _token(listed: settings.TokenInfo) -> PersonToken:
    return PersonToken(
        id=listed.token_id or "",
        comment=listed.comment or "",
        made_at=_moment(listed.creation_time),
        expires_at=_moment(listed.expiry_time),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    is_known = milliseconds is not None and milliseconds > 0
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if is_known and milliseconds else None
