"""A chain deployed as its users do it, for people with rights on it."""

import warnings

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend import agents


def deploy(client: WorkspaceClient, model: str, version: int | str = 1, **more) -> str:
    """Deploy, wait until it answers, and return the endpoint's name."""
    with warnings.catch_warnings():
        # MLflow warns of its own interfaces while the model is tried.
        warnings.simplefilter("ignore")
        name = agents.deploy(model, version, **more).endpoint_name
    client.serving_endpoints.wait_get_serving_endpoint_not_updating(name)
    return name


def allow(client: WorkspaceClient, endpoint: str, **levels: str) -> serving.ServingEndpointDetailed:
    """Give each group its level, as in `reviewers="CAN_QUERY"`; return the endpoint."""
    detail = client.serving_endpoints.get(endpoint)
    rights = [{"group_name": group, "permission_level": level} for group, level in levels.items()]
    path = f"/api/2.0/permissions/serving-endpoints/{detail.id}"
    client.api_client.do("PATCH", path, body={"access_control_list": rights})
    return detail
