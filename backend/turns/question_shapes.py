"""Finds out how an endpoint's model wants to be asked, and where it is asked."""

from urllib.parse import quote

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered, Refused
from backend.turns.chat_requests import QuestionShape, shape_for_task, shape_in_document


def find_shape(
    workspace: WorkspaceClient, endpoint: str, served_name: str | None
) -> QuestionShape | None:
    """Return it from the endpoint's task or its OpenAPI document; None where neither says."""
    with translated():
        task = workspace.serving_endpoints.get(endpoint).task
    if shape := shape_for_task(task):
        return shape
    try:
        with translated():
            path = f"/api/2.0/serving-endpoints/{quote(endpoint, safe='')}/openapi"
            document = workspace.api_client.do("GET", path)
    except (NotAllowed, NotFound, NotOffered, Refused):
        # Model kinds without a description are the platform's own, which are chats.
        return None
    return shape_in_document(document, endpoint, served_name)


def invocations_path(endpoint: str, served_name: str | None) -> str:
    """Return the path of the endpoint, or of one of its versions."""
    # The name may have come from a link somebody was sent; it must not lead anywhere else.
    part = f"/served-models/{quote(served_name, safe='')}" if served_name else ""
    return f"/serving-endpoints/{quote(endpoint, safe='')}{part}/invocations"
