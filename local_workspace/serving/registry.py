"""Asks the model registry whether a version exists, before anything is changed for it."""

import aiohttp

from local_workspace.errors import InvalidState, NotFound, UpstreamUnavailable

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
            said = answer.get("message", f"HTTP {status}")
            raise NotFound(f"Version {version} of the model {name} cannot be served: {said}")
        model_version = answer["model_version"]
        if model_version.get("status", "READY") != "READY":
            raise InvalidState(
                f"Version {version} of the model {name} is {model_version['status']}, not READY."
            )
        return str(model_version.get("source", ""))

    async def _get(self, params: dict[str, str]) -> tuple[int, dict[str, dict[str, str]]]:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, headers=self._headers) as session,
            session.get(self._url, params=params) as response,
        ):
            return response.status, await response.json(content_type=None)
