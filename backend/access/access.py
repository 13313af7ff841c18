"""Who may query, manage or look at which endpoint: for admins, with the admin's own token."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from databricks.sdk import WorkspaceClient

from backend.access import lists as access_lists
from backend.access.lists import EndpointAccess, Grantee, Kind, Level
from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound
from backend.identity import Role, Viewer

# More names than these nobody looks through; any other can be typed.
MOST_OF_A_KIND = 2_000


class Access:
    """Reads and changes access control lists for one admin."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def read(self, viewer: Viewer, endpoint: str) -> EndpointAccess:
        """Return who may do what with an endpoint."""
        _check(viewer)
        return access_lists.read(self._workspace, endpoint)

    def overview(self, viewer: Viewer, endpoints: Iterable[str]) -> tuple[EndpointAccess, ...]:
        """Return the lists of these endpoints, without those that went away meanwhile."""
        _check(viewer)
        # One request does not tell of several, so a few are asked for at a time.
        with ThreadPoolExecutor(max_workers=8) as pool:
            found = list(pool.map(self._if_there, endpoints))
        return tuple(each for each in found if each)

    def known(self, viewer: Viewer) -> tuple[Grantee, ...]:
        """Return whom access can be given to: groups first, then people, then programs."""
        _check(viewer)
        with translated():
            return tuple(self._known())

    def give(self, viewer: Viewer, endpoint: str, grantee: Grantee, level: Level) -> None:
        """Give somebody a level, whatever they had before."""
        _check(viewer)
        access_lists.give(self._workspace, endpoint, grantee, level)

    def take_away(self, viewer: Viewer, endpoint: str, grantee: Grantee) -> None:
        """Take away what somebody was given."""
        _check(viewer)
        access_lists.take_away(self._workspace, endpoint, grantee)

    def locks_out(
        self, viewer: Viewer, access: EndpointAccess, grantee: Grantee, level: Level | None
    ) -> bool:
        """Tell whether the viewer could not change this endpoint any more after this change."""
        with translated():
            me = self._workspace.current_user.me()
        groups = [each.display or "" for each in me.groups or []]
        before = access.level_of(viewer.user_name, groups)
        after = access.after(grantee, level).level_of(viewer.user_name, groups)
        return before is Level.MANAGE and after is not Level.MANAGE

    def _if_there(self, endpoint: str) -> EndpointAccess | None:
        try:
            return access_lists.read(self._workspace, endpoint)
        except (NotFound, NotAllowed):
            return None

    def _known(self) -> Iterator[Grantee]:
        groups = self._workspace.groups.list(attributes="displayName")
        for group in islice(groups, MOST_OF_A_KIND):
            if group.display_name:
                yield Grantee(Kind.GROUP, group.display_name, group.display_name)
        people = self._workspace.users.list(attributes="userName,displayName")
        for person in islice(people, MOST_OF_A_KIND):
            if person.user_name:
                shown = person.display_name or person.user_name
                yield Grantee(Kind.PERSON, person.user_name, shown)
        programs = self._workspace.service_principals.list(attributes="applicationId,displayName")
        for program in islice(programs, MOST_OF_A_KIND):
            if program.application_id:
                shown = program.display_name or program.application_id
                yield Grantee(Kind.PROGRAM, program.application_id, shown)


def _check(viewer: Viewer) -> None:
    if not viewer.has_any((Role.ADMIN,)):
        raise NotAllowed("Who may use what is for admins to see and to change.")
