"""Whether an endpoint's answers are compared blindly with another version's: tags on the endpoint.

The versions with traffic always answer for the record. The one named here is asked beside them,
through its own address, so it needs no traffic and must have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import EndpointCoreConfigOutput, EndpointTag

from backend.error_translation import translated
from backend.errors import NotFound, Refused
from backend.serving.deployment_names import FEEDBACK

COMPARE_WITH = "reviewapp.compare_with"
COMPARE_TELLS = "reviewapp.compare_tells"
_YES = "true"


@dataclass(frozen=True)
class ComparisonSetting:
    """The served version that competes, if any, and whether people are told afterwards."""

    served_name: str = ""
    tells_afterwards: bool = False

    def tags(self) -> dict[str, str]:
        """Return the endpoint's tags that say this; what is not so has none."""
        tags = {
            COMPARE_WITH: self.served_name,
            COMPARE_TELLS: _YES if self.served_name and self.tells_afterwards else "",
        }
        return {key: value for key, value in tags.items() if value}


def setting_from(tags: Mapping[str, str]) -> ComparisonSetting:
    """Return what the tags say."""
    return ComparisonSetting(
        served_name=tags.get(COMPARE_WITH, "").strip(),
        tells_afterwards=tags.get(COMPARE_TELLS, "").strip().lower() == _YES,
    )


def save(workspace: WorkspaceClient, endpoint: str, setting: ComparisonSetting) -> None:
    """Put the setting on the endpoint; without a served version nothing is compared any more.

    The workspace decides whether the one who asks may.
    """
    with translated():
        if setting.served_name:
            _check(workspace.serving_endpoints.get(endpoint).config, setting.served_name)
        tags = setting.tags()
        workspace.serving_endpoints.patch(
            endpoint,
            add_tags=[EndpointTag(key=key, value=value) for key, value in tags.items()] or None,
            delete_tags=[key for key in (COMPARE_WITH, COMPARE_TELLS) if key not in tags] or None,
        )


def served_as(workspace: WorkspaceClient, endpoint: str, model: str, version: str) -> str:
    """Return the name under which the endpoint serves this version of the model."""
    with translated():
        config = workspace.serving_endpoints.get(endpoint).config
    for each in (config.served_entities if config else None) or []:
        if (each.entity_name, each.entity_version) == (model, version) and each.name:
            return each.name
    raise NotFound(f"The endpoint {endpoint!r} does not serve version {version} of {model}.")


def _check(config: EndpointCoreConfigOutput | None, name: str) -> None:
    served = [each.name for each in (config.served_entities if config else None) or []]
    if name not in served or name == FEEDBACK:
        raise NotFound(f"The endpoint serves no version called {name!r}.")
    routes = (config.traffic_config.routes if config and config.traffic_config else None) or []
    live = {r.served_entity_name or r.served_model_name for r in routes if r.traffic_percentage > 0}
    if name in live:
        raise Refused(f"{name!r} has traffic, so it answers anyway. Name an idle version.")
