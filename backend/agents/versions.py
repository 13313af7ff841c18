"""Which of the versions an endpoint keeps answers: going back, and comparing two of them."""

from backend.connection import workspace_from_environment
from backend.deploying.deployments import Deployments
from backend.identity import Identity
from backend.releases.ledger import Releases
from backend.releases.record import Release
from backend.serving import comparison_setting, deployment_names
from backend.serving.comparison_setting import ComparisonSetting
from backend.serving.deployment_names import ModelName


def roll_back(
    model_name: str,
    reason: str,
    model_version: str | int | None = None,
    endpoint_name: str | None = None,
) -> Release:
    """Give all traffic to a version the endpoint keeps; without one, to what was live before."""
    model = ModelName.parse(model_name)
    endpoint = endpoint_name or deployment_names.endpoint_name(model)
    workspace = workspace_from_environment()
    deployments = Deployments(workspace, Releases())
    to = None
    if model_version is not None:
        to = comparison_setting.served_as(workspace, endpoint, str(model), str(model_version))
    return deployments.roll_back(Identity(workspace).viewer(), endpoint, reason, to)


def compare(
    model_name: str,
    model_version: str | int,
    endpoint_name: str | None = None,
    tell_afterwards: bool = False,
) -> None:
    """Let reviewers compare the live version's answers with those of another version it serves.

    They see both without names. `tell_afterwards`: once they have chosen, they see which was which.
    """
    model = ModelName.parse(model_name)
    endpoint = endpoint_name or deployment_names.endpoint_name(model)
    workspace = workspace_from_environment()
    served = comparison_setting.served_as(workspace, endpoint, str(model), str(model_version))
    comparison_setting.save(workspace, endpoint, ComparisonSetting(served, tell_afterwards))


def stop_comparing(model_name: str, endpoint_name: str | None = None) -> None:
    """Ask only the live version again; what was compared stays on record."""
    endpoint = endpoint_name or deployment_names.endpoint_name(ModelName.parse(model_name))
    comparison_setting.save(workspace_from_environment(), endpoint, ComparisonSetting())
