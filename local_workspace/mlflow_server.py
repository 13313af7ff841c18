"""The MLflow server behind the workspace: one of our own, or somebody else's.

It knows how to reach it; it must not know what is asked of MLflow, nor who asks.
"""

import base64
import logging
import os
from urllib.parse import urlsplit

import aiohttp

from local_workspace.errors import InvalidParameter, UpstreamUnavailable
from local_workspace.mlflow_child import MlflowChild
from local_workspace.settings import Settings

_logger = logging.getLogger(__name__)

_PROBE = aiohttp.ClientTimeout(total=5)
# Where MLflow's own clients look for the credentials of a server elsewhere.
_TOKEN = "MLFLOW_TRACKING_TOKEN"
_USERNAME = "MLFLOW_TRACKING_USERNAME"
_PASSWORD = "MLFLOW_TRACKING_PASSWORD"


def mlflow_server(settings: Settings) -> "MlflowServer":
    """Return the server the settings name, or one of our own."""
    if settings.mlflow_tracking_uri:
        names = (_TOKEN, _USERNAME, _PASSWORD)
        credentials = {name: os.environ[name] for name in names if name in os.environ}
        return MlflowServer(_checked(settings.mlflow_tracking_uri), credentials)
    child = MlflowChild(settings)
    return MlflowServer(child.base_url, {_TOKEN: child.token}, child)


class MlflowServer:
    """What the gateway and the served versions need to reach MLflow."""

    def __init__(
        self, base_url: str, credentials: dict[str, str], child: MlflowChild | None = None
    ) -> None:
        self._child = child
        self.base_url = base_url
        # For MLflow's clients, and for requests; both are secret.
        self.client_environment = {"MLFLOW_TRACKING_URI": base_url} | credentials
        self.authorization = _authorization(credentials)

    @property
    def is_own(self) -> bool:
        """Tell whether the workspace runs it itself."""
        return self._child is not None

    @property
    def pid(self) -> int | None:
        """The process id of our own server while it runs."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start our own server; `wait_ready` tells when it answers."""
        if self._child:
            await self._child.start()

    async def wait_ready(self) -> None:
        """Return as soon as our own server answers; say so if another one does not."""
        if self._child:
            await self._child.wait_ready()
        elif not await _answers(self.base_url):
            _logger.warning(
                "The MLflow server at %s does not answer; until it does, nothing can be registered "
                "or deployed.",
                self.base_url,
            )

    async def stop(self) -> None:
        """End our own server."""
        if self._child:
            await self._child.stop()

    def check_running(self) -> None:
        """Refuse while it is being started again, rather than leave callers waiting."""
        if self._child and self._child.pid is None:
            raise UpstreamUnavailable("The MLflow server is being started again; try again soon.")


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession(timeout=_PROBE) as session, session.get(url):
            return True
    except (aiohttp.ClientError, TimeoutError):
        return False


def _authorization(credentials: dict[str, str]) -> str | None:
    user, password = credentials.get(_USERNAME), credentials.get(_PASSWORD)
    if user and password:
        return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
    token = credentials.get(_TOKEN)
    return f"Bearer {token}" if token else None


def _checked(tracking_uri: str) -> str:
    parts = urlsplit(tracking_uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidParameter("The MLflow tracking URI must be an http or https address.")
    if "@" in parts.netloc:
        raise InvalidParameter(f"Credentials for MLflow belong in {_USERNAME} and {_PASSWORD}.")
    return tracking_uri.rstrip("/")
