"""Asks MLflow's own REST API, with the rights of the workspace.

It knows how to ask and how MLflow refuses; it must not know what is asked for.
"""

from typing import Any, Protocol

import aiohttp

from local_workspace.errors import MlflowRefused, UpstreamUnavailable

Json = dict[str, Any]

_API = "/api/2.0/"
_TIMEOUT = aiohttp.ClientTimeout(total=60)


class MlflowAddress(Protocol):
    """Where MLflow is, and with what rights."""

    base_url: str
    authorization: str | None

    def check_running(self) -> None: ...


class MlflowRest:
    """The MLflow server the workspace stands before."""

    def __init__(self, server: MlflowAddress) -> None:
        self._server = server

    async def get(self, route: str, fields: Json) -> Json:
        """Read something."""
        return await self._ask("GET", route, params=_query(fields))

    async def send(self, method: str, route: str, body: Json) -> Json:
        """Change something."""
        return await self._ask(method, route, json=body)

    async def _ask(self, method: str, route: str, **options: Any) -> Json:
        self._server.check_running()
        authorization = self._server.authorization
        headers = {"Authorization": authorization} if authorization else {}
        url = f"{self._server.base_url}{_API}{route}"
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session,
                session.request(method, url, **options) as response,
            ):
                answer = await response.json(content_type=None)
                status = response.status
        except ValueError as error:
            raise UpstreamUnavailable(f"MLflow's answer to {route} is not JSON.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UpstreamUnavailable("The MLflow server does not answer.") from error
        if status >= 400:
            raise _refusal(status, answer)
        return answer or {}


def _query(fields: Json) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if value is not None}


def _refusal(status: int, answer: Any) -> MlflowRefused:
    said = answer if isinstance(answer, dict) else {}
    code = str(said.get("error_code", "BAD_REQUEST"))
    return MlflowRefused(status, code, str(said.get("message", f"MLflow said {status}.")))
