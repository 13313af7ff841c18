"""Addresses of models, versions and runs in MLflow's own pages, and in those of Databricks."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_LEVELS = 3


@dataclass(frozen=True)
class RegistryLinks:
    """Where people look at what MLflow keeps; `base` may open a session on the way."""

    tracking_uri: str
    host: str
    base: str = ""

    @property
    def are_databricks(self) -> bool:
        """Tell whether MLflow is a part of the workspace's own pages."""
        return self.tracking_uri.partition(":")[0] == "databricks"

    @property
    def need_opening(self) -> bool:
        """Tell whether MLflow lies behind the workspace, which lets browsers in one by one."""
        return not self.are_databricks and _place(self.tracking_uri) == _place(self.host)

    @property
    def exist(self) -> bool:
        """Tell whether there are pages at all: a database alone has none."""
        return self.are_databricks or self.tracking_uri.startswith(("http://", "https://"))

    def model(self, name: str) -> str:
        """Return the page of a registered model."""
        return self._at(_in_catalog(name), f"/models/{quote(name, safe='')}")

    def version(self, name: str, number: str) -> str:
        """Return the page of a version."""
        return self._at(
            f"{_in_catalog(name)}/version/{number}",
            f"/models/{quote(name, safe='')}/versions/{number}",
        )

    def run(self, experiment_id: str, run_id: str) -> str:
        """Return the page of a run."""
        path = f"experiments/{experiment_id}/runs/{run_id}"
        return self._at(f"ml/{path}", f"/{path}")

    def experiment(self, experiment_id: str) -> str:
        """Return the page of an experiment."""
        return self._at(f"ml/experiments/{experiment_id}", f"/experiments/{experiment_id}")

    def _at(self, on_databricks: str, in_mlflow: str) -> str:
        if self.are_databricks:
            return f"{self.host.rstrip('/')}/{on_databricks}"
        # A browser keeps what is behind the # when it is sent on to the page itself.
        return f"{self.base or self.tracking_uri.rstrip('/') + '/'}#{in_mlflow}"


def _in_catalog(name: str) -> str:
    levels = name.split(".")
    if len(levels) != _LEVELS:
        return f"ml/models/{quote(name, safe='')}"
    return "explore/data/models/" + "/".join(quote(level, safe="") for level in levels)


def _place(address: str) -> str:
    return urlsplit(address).netloc
