"""Who may know the ledger: it is read with the app's rights, so this asks for the visitor's."""

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound
from backend.identity import SEES_ALL, Role, Viewer

_NOT_FOR_THEM = "Releases are for analysts and admins."
_NOT_ALL = "The releases of all endpoints together are for admins."


def check_may_read(workspace: WorkspaceClient, viewer: Viewer, endpoint: str) -> None:
    """Make sure that the viewer may know an endpoint's releases; without a name, all of them.

    What an endpoint was that is gone may be known by admins, who may know every endpoint.
    """
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed(_NOT_FOR_THEM)
    is_admin = viewer.has_any([Role.ADMIN])
    if not endpoint:
        if not is_admin:
            raise NotAllowed(_NOT_ALL)
        return
    try:
        with translated():
            workspace.serving_endpoints.get(endpoint)
    except NotFound:
        if not is_admin:
            raise
