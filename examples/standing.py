"""Asks the workspace, with one small request per endpoint, what is deployed there already."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import requests

from examples.names import SOURCE_TAG, endpoint_name

_TIMEOUT_SECONDS = 10
_VARIABLES = ("DATABRICKS_HOST", "DATABRICKS_TOKEN")


class Standing(Enum):
    """How an endpoint relates to the files on this machine."""

    CURRENT = "runs this version"
    STARTING = "is starting this version"
    OUTDATED = "runs another version or none"


@dataclass(frozen=True)
class Workspace:
    """Where the workspace is and with which token it is asked."""

    host: str
    token: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Workspace":
        """Return the workspace the environment names; ends the program if it names none."""
        missing = [name for name in _VARIABLES if not environment.get(name)]
        if missing:
            raise SystemExit(
                f"{' and '.join(missing)} must be set. `python -m local_workspace env` prints "
                "them for the local workspace."
            )
        return cls(environment["DATABRICKS_HOST"].rstrip("/"), environment["DATABRICKS_TOKEN"])

    def standing(self, example: str, wanted: str) -> Standing:
        """Return whether the example's endpoint runs the version with this fingerprint."""
        endpoint = self._endpoint(example)
        tags = {tag["key"]: tag.get("value") for tag in endpoint.get("tags") or []}
        if tags.get(SOURCE_TAG) != wanted:
            return Standing.OUTDATED
        update = endpoint.get("state", {}).get("config_update")
        known = {"NOT_UPDATING": Standing.CURRENT, "IN_PROGRESS": Standing.STARTING}
        return known.get(update, Standing.OUTDATED)

    def _endpoint(self, example: str) -> dict[str, Any]:
        url = f"{self.host}/api/2.0/serving-endpoints/{endpoint_name(example)}"
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            response = requests.get(url, headers=headers, timeout=_TIMEOUT_SECONDS)
        except requests.ConnectionError as error:
            raise SystemExit(f"No workspace answers at {self.host}. Start it first.") from error
        if response.status_code == requests.codes.not_found:
            return {}
        response.raise_for_status()
        endpoint: dict[str, Any] = response.json()
        return endpoint
