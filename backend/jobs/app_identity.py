"""As whom the app acts when nobody is there: its own service principal.

Whoever turned on what it does was an admin, and lent it the right on the endpoint; the workspace
checks that right at every step.
"""

from dataclasses import replace

from databricks.sdk import WorkspaceClient

from backend.identity import Identity, Role, Viewer


class AppIdentity:
    """Asks the workspace once."""

    def __init__(self) -> None:
        self._viewer: Viewer | None = None

    def viewer(self, workspace: WorkspaceClient) -> Viewer:
        """Return the app as one who may do what an admin has asked it to."""
        if self._viewer is None:
            found = Identity(workspace).viewer()
            # A service principal's user name is a number; people know it by the other one.
            by = f"{found.display_name} ({found.user_name})"
            name = found.user_name if found.display_name == found.user_name else by
            self._viewer = replace(found, user_name=name, roles=frozenset({Role.ADMIN}))
        return self._viewer
