"""The names and addresses `databricks.agents` gives to what it deploys; pure functions of text."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlencode

from backend.errors import Refused

MAX_NAME = 63
FEEDBACK = "feedback"


@dataclass(frozen=True)
class ModelName:
    """A registered model's name in its three parts."""

    catalog: str
    schema: str
    model: str

    @classmethod
    def parse(cls, name: str) -> Self:
        """Split `catalog.schema.model`; the inference tables need all three parts."""
        parts = name.split(".")
        if len(parts) != 3 or not all(part.strip() for part in parts):
            raise Refused(
                f"A model to deploy needs a name of three parts, catalog.schema.model; {name!r} "
                f"has {len(parts)}."
            )
        return cls(*parts)

    def __str__(self) -> str:
        """Return the full name."""
        return f"{self.catalog}.{self.schema}.{self.model}"

    @property
    def feedback_model(self) -> str:
        """The model behind the served entity that takes feedback."""
        return f"{self.catalog}.{self.schema}.{FEEDBACK}"

    @property
    def table_prefix(self) -> str:
        """What the names of the inference tables start with."""
        return self.model[:MAX_NAME]


def endpoint_name(model: ModelName) -> str:
    """Return the endpoint a model is deployed to, the same for all its versions."""
    return _shortened(f"agents_{model}")


def served_entity_name(model: ModelName, version: str) -> str:
    """Return the name under which one version is served; its number is never cut off."""
    suffix = f"_{version}"
    return _shortened(str(model), MAX_NAME - len(suffix)) + suffix


def _shortened(name: str, length: int = MAX_NAME) -> str:
    return name[:length].replace(".", "-").rstrip("_-")


@dataclass(frozen=True)
class WorkspaceUrls:
    """Addresses in one workspace; the id, if known, tells apart workspaces behind one host."""

    host: str
    workspace_id: str | None = None

    def query(self, endpoint: str, served_entity: str) -> str:
        """Return where exactly this version answers, whatever the traffic split."""
        path = f"/serving-endpoints/{quote(endpoint)}/served-models/{quote(served_entity)}"
        return self._url(f"{path}/invocations")

    def endpoint(self, endpoint: str) -> str:
        """Return the endpoint's own page."""
        return self._url(f"/ml/endpoints/{quote(endpoint)}/")

    def review_app(self, endpoint: str) -> str:
        """Return where people chat with the endpoint; there is no review app id here."""
        return self._url("/ml/review-v2/chat", endpoint=endpoint)

    def _url(self, path: str, **parameters: str) -> str:
        if self.workspace_id:
            parameters["o"] = self.workspace_id
        query = f"?{urlencode(parameters)}" if parameters else ""
        return f"{self.host.rstrip('/')}{path}{query}"
