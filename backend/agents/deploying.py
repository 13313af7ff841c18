"""`deploy`: a registered version gets all traffic of its endpoint, which is made if need be."""

import warnings
from collections.abc import Mapping

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.serving import ServedEntityInput

from backend.agents.record import Deployment, deployment
from backend.connection import workspace_from_environment
from backend.errors import Refused
from backend.guard_rails import gate as guard_gate
from backend.guard_rails.settings import PROMOTION
from backend.identity import Identity
from backend.releases.ledger import Releases
from backend.releases.record import Kind, requested, shares
from backend.serving import deployment_names, model_environment, model_versions
from backend.serving.deployment_names import FEEDBACK, ModelName
from backend.serving.endpoint_changes import (
    EXPERIMENT_TAG,
    CurrentState,
    EndpointChange,
    apply,
    current_state,
    explained,
)
from backend.serving.served_entities import Plan, plan

FEEDBACK_VERSION = "1"


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
    live = planned.live
    return deployment(workspace, endpoint, str(model), live.entity_version or "", live.name or "")


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
        if PROMOTION in before.tags:
            guard_gate.check_promotion(workspace, change.endpoint, change.new.entity_version or "")
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
