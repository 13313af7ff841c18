"""Which served version answers a request, or why none can."""

from local_workspace.errors import InvalidState, NotFound, TemporarilyUnavailable, WorkspaceError
from local_workspace.serving.endpoint_runtime import EndpointRuntime
from local_workspace.serving.served_version import ServedVersion


def choose_version(
    runtime: EndpointRuntime, served_name: str | None, conversation_id: str | None
) -> ServedVersion:
    """Return the version asked for by name, or the one the traffic split chooses."""
    if runtime.endpoint.suspended:
        raise InvalidState(
            f"The endpoint {runtime.endpoint.name!r} is stopped. Whoever manages it can start it."
        )
    if served_name:
        return _named_version(runtime, served_name)
    config = runtime.endpoint.config
    if config is None:
        raise _not_up(runtime)
    name = runtime.split.choose(config.traffic, conversation_id)
    version = runtime.versions.get(name)
    if version is None or (version.state[0] == "DEPLOYMENT_CREATING"):
        raise _not_up(runtime)
    return version


def _named_version(runtime: EndpointRuntime, name: str) -> ServedVersion:
    if version := runtime.versions.get(name):
        return version
    pending = runtime.endpoint.pending_config
    if runtime.endpoint.config_update == "IN_PROGRESS" and pending and pending.entity(name):
        raise _not_up(runtime)
    raise NotFound(f"The endpoint {runtime.endpoint.name!r} serves nothing named {name!r}.")


def _not_up(runtime: EndpointRuntime) -> WorkspaceError:
    name = runtime.endpoint.name
    if runtime.endpoint.config_update == "UPDATE_FAILED":
        reasons = "; ".join(why.splitlines()[0] for why in runtime.endpoint.failures.values())
        return InvalidState(
            f"The endpoint {name!r} has never come up: {reasons}. Its build logs have the details."
        )
    if runtime.endpoint.config_update == "UPDATE_CANCELED":
        raise InvalidState(f"The endpoint {name!r} has never come up: that was cancelled.")
    return TemporarilyUnavailable(
        f"The endpoint {name!r} is starting. Ask again in a moment.", retry_after=1
    )
