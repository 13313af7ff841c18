"""Asks the model registry whether a version exists, before anything is changed for it."""

from typing import Any

import aiohttp

from local_workspace.errors import InvalidParameter, InvalidState, NotFound, UpstreamUnavailable

# MLflow's registry calls every version ready; one whose files are still uploaded has this tag.
STATUS_TAG = "local_workspace.status"
PENDING = "PENDING_REGISTRATION"

_TIMEOUT = aiohttp.ClientTimeout(total=15)


class Registry:
    """The registry of the MLflow server the workspace stands before."""

    def __init__(self, base_url: str, headers: dict[str, str] | None = None) -> None:
        self._url = f"{base_url.rstrip('/')}/api/2.0/mlflow/model-versions/get"
        self._headers = headers or {}

    async def source_of(self, name: str, version: str) -> str:
        """Return where the version's files come from; it changes if a name is used again."""
        try:
            status, answer = await self._get({"name": name, "version": version})
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UpstreamUnavailable(
                "The MLflow server does not answer, so the model cannot be looked up. "
                "Try again in a moment."
            ) from error
        if status != 200:
            said = f"Version {version} of the model {name} cannot be served: "
            said += str(answer.get("message", f"HTTP {status}"))
            raise InvalidParameter(said) if status == 400 else NotFound(said)
        model_version = answer["model_version"]
        if (state := _state(model_version)) != "READY":
            raise InvalidState(f"Version {version} of the model {name} is {state}, not READY.")
        return str(model_version.get("source", ""))

    async def _get(self, params: dict[str, str]) -> tuple[int, dict[str, dict[str, Any]]]:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, headers=self._headers) as session,
            session.get(self._url, params=params) as response,
        ):
            return response.status, await response.json(content_type=None)


def _state(model_version: dict[str, Any]) -> str:
    for tag in model_version.get("tags", []):
        if tag["key"] == STATUS_TAG:
            return str(tag.get("value"))
    return str(model_version.get("status", "READY"))
