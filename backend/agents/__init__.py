"""Deploying a chain from a notebook or a script: our counterpart of `databricks.agents`.

    from backend.agents import deploy

    deployment = deploy("main.support.handbook_chain", 3)
    print(deployment.review_app_url)

It needs neither the app nor Streamlit, only what `WorkspaceClient()` and MLflow read from the
environment: DATABRICKS_HOST, DATABRICKS_TOKEN, MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN.
"""

from backend.agents.deploying import deploy
from backend.agents.permissions import PermissionLevel, get_permissions, set_permissions
from backend.agents.record import Deployment
from backend.agents.removing import delete_deployment, get_deployments, list_deployments
from backend.agents.reviews import (
    Instructions,
    enable_trace_reviews,
    get_review_instructions,
    set_review_instructions,
)
from backend.agents.versions import compare, roll_back, stop_comparing

__all__ = [
    "Deployment",
    "Instructions",
    "PermissionLevel",
    "compare",
    "delete_deployment",
    "deploy",
    "enable_trace_reviews",
    "get_deployments",
    "get_permissions",
    "get_review_instructions",
    "list_deployments",
    "roll_back",
    "set_permissions",
    "set_review_instructions",
    "stop_comparing",
]
