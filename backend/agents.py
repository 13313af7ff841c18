"""Deploying a chain from a notebook or a script: our counterpart of `databricks.agents`.

    from backend.agents import deploy

    deployment = deploy("main.support.handbook_chain", 3)
    print(deployment.review_app_url)

It needs neither the app nor Streamlit, only what `WorkspaceClient()` and MLflow read from the
environment: DATABRICKS_HOST, DATABRICKS_TOKEN, MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.serving import ServedEntityInput

from backend import comparison_setting, deployment_names, model_environment, model_versions
from backend.comparison_setting import ComparisonSetting
from backend.connection import workspace_from_environment
from backend.deployment_names import FEEDBACK, ModelName, WorkspaceUrls
from backend.deployments import Deployments
from backend.endpoint_changes import (
    EXPERIMENT_TAG,
    CurrentState,
    EndpointChange,
    apply,
    current_state,
    explained,
)
from backend.errors import Refused
from backend.identity import Identity
from backend.release_record import Kind, Release, requested, shares
from backend.releases import Releases
from backend.served_entities import Plan, plan

FEEDBACK_VERSION = "1"


@dataclass(frozen=True)
class Deployment:
    """What was deployed, and where to find it."""

    model_name: str
    model_version: str
    endpoint_name: str
    served_entity_name: str
    query_endpoint: str
    endpoint_url: str
    review_app_url: str

    @property
    def rag_app_url(self) -> str:
        """Return `review_app_url` under its old name."""
        return self.review_app_url


def deploy(
    model_name: str,
    model_version: str | int,
    scale_to_zero: bool = False,
    environment_vars: Mapping[str, str] | None = None,
    instance_profile_arn: str | None = None,
    tags: Mapping[str, str] | None = None,
    workload_size: str = "Small",
    endpoint_name: str | None = None,
    budget_policy_id: str | None = None,
    description: str | None = None,
    deploy_feedback_model: bool = True,
    usage_policy_id: str | None = None,
    reason: str = "",
) -> Deployment:
    """Give a registered version all traffic of its endpoint; return without waiting for it.

    The model is tried first, and refused if people could not chat with it. Versions served before
    stay at 0 %. A version that is already served gets the traffic and keeps its settings. The
    ledger keeps who did this, when, and the reason.
    """
    model, version = ModelName.parse(model_name), str(model_version)
    environment = model_environment.checked(environment_vars)
    policy = _one_policy(budget_policy_id, usage_policy_id)
    experiment = _tried(model, version)
    endpoint = endpoint_name or deployment_names.endpoint_name(model)
    new = ServedEntityInput(
        name=deployment_names.served_entity_name(model, version),
        entity_name=str(model),
        entity_version=version,
        environment_vars=environment,
        instance_profile_arn=instance_profile_arn,
        scale_to_zero_enabled=scale_to_zero,
        workload_size=workload_size,
    )
    change = EndpointChange(endpoint, model, new, dict(tags or {}), description, policy)
    feedback = _feedback_entity(model, scale_to_zero) if deploy_feedback_model else None
    workspace = workspace_from_environment()
    planned = _made(workspace, change, feedback, experiment, reason)
    return _deployment(workspace, change, planned)


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


def _tried(model: ModelName, version: str) -> str | None:
    """Return the experiment the version was logged in, once it has proved usable."""
    registered = model_versions.read(str(model), version)
    model_versions.check(registered)
    return registered.experiment_id


def _made(
    workspace: WorkspaceClient,
    change: EndpointChange,
    feedback: ServedEntityInput | None,
    experiment: str | None,
    reason: str,
) -> Plan:
    """Create or update the endpoint and return what it will serve."""
    releases = Releases()
    with explained(change.endpoint):
        by = Identity(workspace).viewer().user_name
        current = current_state(workspace, change.endpoint)
        before = current or CurrentState()
        if before.detail:
            releases.catch_up(before.detail)
        # All versions of an endpoint trace into one experiment, the one it was first given.
        change = change.traced_into(before.tags.get(EXPERIMENT_TAG, experiment))
        planned = plan(change.new, feedback, before.config)
        release = releases.begin(
            requested(Kind.DEPLOY, change.endpoint, by, reason, shares(before.config), planned)
        )
        try:
            asked = apply(workspace, change, planned, current)
        except DatabricksError as error:
            releases.refused(release, str(error))
            raise
    releases.asked(release, asked)
    _say(change, planned)
    return planned


def _feedback_entity(model: ModelName, scale_to_zero: bool) -> ServedEntityInput:
    return ServedEntityInput(
        name=FEEDBACK,
        entity_name=model.feedback_model,
        entity_version=FEEDBACK_VERSION,
        scale_to_zero_enabled=scale_to_zero,
        workload_size="Small",
    )


def _one_policy(budget_policy_id: str | None, usage_policy_id: str | None) -> str | None:
    """Return the policy under its old or its new name."""
    if budget_policy_id and usage_policy_id and budget_policy_id != usage_policy_id:
        raise Refused("budget_policy_id is the old name of usage_policy_id: give one of the two.")
    return usage_policy_id or budget_policy_id


def _say(change: EndpointChange, planned: Plan) -> None:
    """Warn of what the caller may not expect."""
    for dropped in planned.dropped:
        warnings.warn(
            f"Endpoint {change.endpoint!r} was full, so it no longer serves {dropped.entity_name} "
            f"version {dropped.entity_version}, the one that was idle for longest.",
            stacklevel=4,
        )
    if planned.kept_settings:
        warnings.warn(
            f"Endpoint {change.endpoint!r} serves this version already; it got all traffic and "
            f"kept its settings, so these were not applied: {', '.join(planned.kept_settings)}.",
            stacklevel=4,
        )


def _deployment(workspace: WorkspaceClient, change: EndpointChange, planned: Plan) -> Deployment:
    urls = WorkspaceUrls(workspace.config.host, workspace.config.workspace_id)
    served = planned.live.name or ""
    return Deployment(
        model_name=str(change.model),
        model_version=planned.live.entity_version or "",
        endpoint_name=change.endpoint,
        served_entity_name=served,
        query_endpoint=urls.query(change.endpoint, served),
        endpoint_url=urls.endpoint(change.endpoint),
        review_app_url=urls.review_app(change.endpoint),
    )
