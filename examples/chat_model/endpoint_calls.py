"""Asks other endpoints through MLflow's deployment client and explains what went wrong.

The client itself waits and tries again when an endpoint answers 429, as long as its `Retry-After`
says. How long it may go on is set where the agent is deployed, with `PATIENCE`; here the end of
that patience becomes a sentence for the person who asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from mlflow.deployments import get_deploy_client

# The time for one attempt and for all attempts together, in seconds; MLflow's defaults of two and
# ten minutes are more than a person waits for an answer.
PATIENCE = {
    "MLFLOW_DEPLOYMENT_PREDICT_TIMEOUT": "60",
    "MLFLOW_DEPLOYMENT_PREDICT_TOTAL_TIMEOUT": "90",
}
_TOO_MANY_REQUESTS = 429


class EndpointBusyError(RuntimeError):
    """An endpoint stayed over its rate limit, or silent, for as long as we were ready to wait."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            f"The endpoint {endpoint} has more requests than it may take just now. "
            "Please ask again in a minute."
        )


class EndpointCalls:
    """The endpoints an agent may ask; holds no state of any conversation."""

    def __init__(self) -> None:
        self._client = get_deploy_client("databricks")  # type: ignore[no-untyped-call] # mlflow leaves it untyped

    def answer(self, endpoint: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the message an endpoint answers with."""
        with _explained(endpoint):
            response = self._client.predict(endpoint=endpoint, inputs=inputs)
        message: dict[str, Any] = response["choices"][0]["message"]
        return message

    def stream(self, endpoint: str, inputs: dict[str, Any]) -> Iterator[str]:
        """Yield the text an endpoint answers with, as it arrives."""
        with _explained(endpoint):
            for chunk in self._client.predict_stream(endpoint=endpoint, inputs=inputs):
                for choice in chunk.get("choices", []):
                    if text := choice["delta"].get("content"):
                        yield text


@contextmanager
def _explained(endpoint: str) -> Iterator[None]:
    try:
        yield
    except requests.HTTPError as error:
        if error.response is not None and error.response.status_code == _TOO_MANY_REQUESTS:
            raise EndpointBusyError(endpoint) from error
        raise
    except TimeoutError as error:
        # What the client raises when its patience ends during a wait for a rate limit.
        raise EndpointBusyError(endpoint) from error
