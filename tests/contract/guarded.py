"""An endpoint with two versions, the first one live, and what tests of guard rails do with it."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.agents import deploy
from backend.deploying.deployments import Deployments
from backend.identity import Identity
from backend.releases.ledger import Releases
from backend.releases.record import Release
from tests.registered_models import question, register, register_again


@dataclass(frozen=True)
class Guarded:
    """The endpoint, as an admin."""

    client: WorkspaceClient
    model: str

    @property
    def endpoint(self) -> str:
        return f"agents_{self.model.replace('.', '-')}"

    def name(self, version: int) -> str:
        """Return what a version is served as."""
        return f"{self.model.replace('.', '-')}_{version}"

    def set_up(self) -> None:
        """Deploy two versions and go back to the first."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            register(self.model, "chat_model", input_example=question("hello"))
            # What the test chain that fails goes by; the others do not care.
            deploy(self.model, 1, environment_vars={"SERVED": "yes"})
            self.wait()
            deploy(self.model, register_again(self.model))
            self.wait()
        self.go_back(1)

    def wait(self) -> None:
        """Return when nothing is under way, whatever came of it."""
        deadline = time.monotonic() + 60
        api = self.client.serving_endpoints
        while "IN_PROGRESS" in str(api.get(self.endpoint).state.config_update):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def timeline(self) -> list[Release]:
        """Return the releases once nothing is under way."""
        self.wait()
        Deployments(self.client, Releases()).look(self.endpoint)
        return list(Releases().page(self.endpoint).releases)

    def switch(self, version: int) -> None:
        """Give one version all questions, and wait until it has them."""
        deployments, viewer = self._deployments()
        deployments.set_traffic(viewer, self.endpoint, {self.name(version): 100}, "Try it on all")
        self.timeline()

    def go_back(self, version: int) -> None:
        """Do the same as a roll back."""
        deployments, viewer = self._deployments()
        deployments.roll_back(viewer, self.endpoint, "It was better", to=self.name(version))
        self.timeline()

    def live(self) -> int:
        """Return the version that answers all questions."""
        routes = self.client.serving_endpoints.get(self.endpoint).config.traffic_config.routes
        name = next(each.served_model_name for each in routes if each.traffic_percentage == 100)
        return int(name.rpartition("_")[2])

    def judge(self, version: int, thumb: str, count: int) -> None:
        """Ask one version and judge its answers."""
        path = f"/serving-endpoints/{self.endpoint}/served-models"
        for _ in range(count):
            answer = self.post(f"{path}/{self.name(version)}/invocations", question("hello"))
            record = {
                "request_id": answer["databricks_output"]["databricks_request_id"],
                "text_assessments": [{"ratings": {"answer_correct": {"value": thumb}}}],
            }
            self.post(f"{path}/feedback/invocations", {"dataframe_records": [record]})

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.api_client.do("POST", path, body=body)

    def _deployments(self):
        return Deployments(self.client, Releases()), Identity(self.client).viewer()


@contextmanager
def guarded(client: WorkspaceClient, model: str) -> Iterator[Guarded]:
    """Deploy the model, and take the endpoint away in the end."""
    served = Guarded(client, model)
    served.set_up()
    yield served
    client.serving_endpoints.delete(served.endpoint)


def listed(workspace: WorkspaceClient, endpoint: str):
    """Return an endpoint as the list of endpoints shows it."""
    return next(each for each in workspace.serving_endpoints.list() if each.name == endpoint)
