"""What the app itself may do with an endpoint: admins lend it the right, with their own token.

Work that goes on when no browser is open is done by the app's service principal. It gets no more
than the admin who asks for the work could give, and the workspace decides that.
"""

from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied, ResourceDoesNotExist
from databricks.sdk.service import serving

from backend.error_translation import translated

Level = serving.ServingEndpointPermissionLevel
_ORDER = ["CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"]


def lend(
    workspace: WorkspaceClient,
    as_app: Callable[[], WorkspaceClient],
    detail: serving.ServingEndpointDetailed,
    level: Level,
) -> None:
    """Give the app this level on an endpoint unless it has it; takes the right to give it."""
    if has(as_app, detail.name or "", level):
        return
    with translated():
        app = as_app().current_user.me().user_name
        entry = serving.ServingEndpointAccessControlRequest(
            service_principal_name=app, permission_level=level
        )
        workspace.serving_endpoints.update_permissions(detail.id or "", access_control_list=[entry])


def has(as_app: Callable[[], WorkspaceClient], endpoint: str, level: Level) -> bool:
    """Tell whether the app has this level on an endpoint, or a higher one."""
    with translated():
        try:
            now = as_app().serving_endpoints.get(endpoint).permission_level
        except (PermissionDenied, ResourceDoesNotExist):
            return False
    return now is not None and _ORDER.index(now.value) >= _ORDER.index(level.value)


def take_back(
    workspace: WorkspaceClient,
    as_app: Callable[[], WorkspaceClient],
    detail: serving.ServingEndpointDetailed,
) -> None:
    """Leave the app no more than asking the endpoint, if it was lent the right to change it."""
    with translated():
        app = as_app().current_user.me().user_name
        found = workspace.serving_endpoints.get_permissions(detail.id or "")
        if not any(_was_lent(entry, app or "") for entry in found.access_control_list or []):
            return
        entry = serving.ServingEndpointAccessControlRequest(
            service_principal_name=app, permission_level=Level.CAN_QUERY
        )
        workspace.serving_endpoints.update_permissions(detail.id or "", access_control_list=[entry])


def _was_lent(entry: serving.ServingEndpointAccessControlResponse, app: str) -> bool:
    manages = (
        each.permission_level == Level.CAN_MANAGE and not each.inherited
        for each in entry.all_permissions or []
    )
    return entry.service_principal_name == app and any(manages)
