"""Which MLflow experiments hold the ledger: asked for once in a while, not with every question.

Importing this imports MLflow, which takes seconds.
"""

import time
from collections.abc import Collection, Iterator
from threading import Lock

from mlflow import MlflowClient
from mlflow.entities import Experiment

from backend.mlflow_records import experiment

PREFIX = "/Shared/reviewapp-releases-"
# How long the first release of a model, made by another process, may be missing where nobody
# names the model.
FRESH_SECONDS = 10.0
_MOST_AT_ONCE = 1000


class ReleaseExperiments:
    """The experiments by the model each is of; one for the whole process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._store = ""
        self._known: dict[str, str] = {}
        self._read_at = 0.0

    def ids(self, client: MlflowClient, models: Collection[str] = ()) -> list[str]:
        """Return all of them: an endpoint may have served several models, and may be gone.

        Those of these models are never missing, however short ago they were made.
        """
        with self._lock:
            is_known = self._is_fresh(client) and self._known.keys() >= set(models)
        if not is_known:
            self._read(client)
        with self._lock:
            return list(self._known.values())

    def of(self, client: MlflowClient, model: str) -> str:
        """Return the model's experiment, and make it if this is the first release."""
        found = experiment(client, PREFIX + model)
        with self._lock:
            if self._store == client.tracking_uri:
                self._known[model] = found
        return found

    def _is_fresh(self, client: MlflowClient) -> bool:
        is_recent = time.monotonic() - self._read_at < FRESH_SECONDS
        return is_recent and self._store == client.tracking_uri

    def _read(self, client: MlflowClient) -> None:
        begun = time.monotonic()
        found = {each.name.removeprefix(PREFIX): str(each.experiment_id) for each in _all(client)}
        with self._lock:
            self._store, self._known, self._read_at = client.tracking_uri, found, begun


def _all(client: MlflowClient) -> Iterator[Experiment]:
    token: str | None = None
    while True:
        page = client.search_experiments(
            filter_string=f"name LIKE '{PREFIX}%'", max_results=_MOST_AT_ONCE, page_token=token
        )
        yield from page
        token = page.token
        if not token:
            return
