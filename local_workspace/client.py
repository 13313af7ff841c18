"""A few calls of the command line to a running workspace; nobody else's client."""

import json
import shlex
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

from local_workspace.errors import BadRequest
from local_workspace.run_command import environment

Json = dict[str, Any]
_SCIM = "/api/2.0/preview/scim/v2"
_TIMEOUT_SECONDS = 30
# Each start of the app gets a new one; old ones must not pile up for ever.
_TOKEN_SECONDS = 90 * 24 * 3600


class LocalClient:
    """Speaks to the workspace with the owner's token."""

    def __init__(self, host: str, token: str) -> None:
        self._host = host
        self._token = token

    def ensure_user(self, user_name: str, display_name: str, group: str) -> None:
        """Create the user in the group unless there is one of this name."""
        found = self._get(f"{_SCIM}/Users?filter=userName%20eq%20%22{user_name}%22")
        if found.get("Resources"):
            return
        groups = [{"value": self._group_id(group)}]
        body = {"userName": user_name, "displayName": display_name, "groups": groups}
        self._post(f"{_SCIM}/Users", body)

    def service_principal_token(self, name: str) -> str:
        """Return a new token of the service principal, which is created if needed."""
        body = {
            "application_id": self.service_principal(name),
            "comment": "local_workspace env",
            "lifetime_seconds": _TOKEN_SECONDS,
        }
        answer = self._post("/api/2.0/token-management/on-behalf-of/tokens", body)
        return str(answer["token_value"])

    def service_principal(self, name: str) -> str:
        """Return the application id of the service principal, which is created if needed."""
        found = self._get(f"{_SCIM}/ServicePrincipals").get("Resources") or []
        same = [each for each in found if each["displayName"] == name]
        principal = (
            same[0] if same else self._post(f"{_SCIM}/ServicePrincipals", {"displayName": name})
        )
        return str(principal["applicationId"])

    def grant(self, endpoint_name: str, level: str, groups: Iterable[str]) -> None:
        """Give groups a level on an endpoint, and leave what others have."""
        self._grant(endpoint_name, level, [{"group_name": group} for group in groups])

    def grant_app(self, endpoint_name: str, level: str, name: str) -> None:
        """Give a service principal a level on an endpoint, and leave what others have."""
        application_id = self.service_principal(name)
        self._grant(endpoint_name, level, [{"service_principal_name": application_id}])

    def _grant(self, endpoint_name: str, level: str, grantees: Iterable[Json]) -> None:
        endpoint = self._get(f"/api/2.0/serving-endpoints/{endpoint_name}")
        entries = [each | {"permission_level": level} for each in grantees]
        path = f"/api/2.0/permissions/serving-endpoints/{endpoint['id']}"
        self._post(path, {"access_control_list": entries}, "PATCH")

    def sign_in_code(self, user_name: str) -> str:
        """Return a one-time code with which the user signs in to the app."""
        return str(self._post("/__local__/sign-in-codes", {"user_name": user_name})["code"])

    def mlflow_link(self) -> str:
        """Return a one-time link to the MLflow UI."""
        return str(self._post("/__local__/mlflow-links", {})["url"])

    def _group_id(self, name: str) -> str:
        groups = self._get(f"{_SCIM}/Groups").get("Resources") or []
        return next((str(each["id"]) for each in groups if each["displayName"] == name), name)

    def _get(self, path: str) -> Json:
        return self._send(urllib.request.Request(self._host + path))

    def _post(self, path: str, body: Json, method: str = "POST") -> Json:
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return self._send(urllib.request.Request(self._host + path, data, headers, method=method))

    def _send(self, request: urllib.request.Request) -> Json:
        request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
                answer: Json = json.load(response)
        except urllib.error.HTTPError as error:
            said = json.load(error).get("message", error.reason)
            raise BadRequest(f"The workspace refused: {said}") from error
        return answer


def exports(connection: dict[str, str]) -> str:
    """Return the lines a shell evaluates to reach the workspace."""
    variables = environment(connection)
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
