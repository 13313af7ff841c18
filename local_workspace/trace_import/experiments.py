"""Finds the experiment a model's traces belong to."""

import itertools
import re
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

from local_workspace.trace_import.recorded import RecordedTrace

# Deleted, or of a name that cannot be one.
_NOT_THERE = (400, 404)
_TAKEN = ErrorCode.Name(RESOURCE_ALREADY_EXISTS)
_ACTIVE = "active"
_LOGGED_MODEL = re.compile(r"models:/(m-[0-9a-f]+)")
# For a trace of which neither a model nor an endpoint is known.
_UNKNOWN = "traces"


class Experiments:
    """Asks MLflow once per model version, and makes an experiment where none is left."""

    def __init__(self, tracking: Any, registry: Any) -> None:
        # MLflow's stores, of whichever kind.
        self._tracking = tracking
        self._registry = registry
        self._known: dict[tuple[str | None, str | None, str | None, str], str] = {}

    def of(self, trace: RecordedTrace) -> str:
        """Return the id of the experiment the endpoint names, or else the model's own.

        Where neither is there any more it is one that is named after the model.
        """
        key = (trace.experiment_id, trace.model_name, trace.model_version, trace.endpoint)
        if key not in self._known:
            found = self._there(trace.experiment_id)
            found = found or self._own(trace.model_name, trace.model_version)
            name = trace.model_name or trace.endpoint or _UNKNOWN
            self._known[key] = found or self._named(name)
        return self._known[key]

    def forget(self) -> None:
        """Ask again: somebody may have deleted one."""
        self._known.clear()

    def _own(self, name: str | None, version: str | None) -> str | None:
        if not name or not version:
            return None
        try:
            found = self._registry.get_model_version(name, version)
            return self._there(self._where_logged(found))
        except MlflowException as error:
            _check_not_there(error)
        return None

    def _there(self, experiment_id: str | None) -> str | None:
        """Return an experiment's id if traces can go there."""
        try:
            return experiment_id if experiment_id and self._is_active(experiment_id) else None
        except MlflowException as error:
            _check_not_there(error)
        return None

    def _where_logged(self, version: Any) -> str | None:
        # MLflow's SQL registry knows the logged model by the version's source only.
        if found := _LOGGED_MODEL.fullmatch(version.source or ""):
            return str(self._tracking.get_logged_model(found[1]).experiment_id)
        if version.run_id:
            return str(self._tracking.get_run(version.run_id).info.experiment_id)
        return None

    def _is_active(self, experiment_id: str) -> bool:
        return bool(self._tracking.get_experiment(experiment_id).lifecycle_stage == _ACTIVE)

    def _named(self, name: str) -> str:
        for number in itertools.count(1):
            # A deleted experiment keeps its name, so another one is needed.
            candidate = name if number == 1 else f"{name} ({number})"
            found = self._tracking.get_experiment_by_name(candidate)
            if found is None and (created := self._created(candidate)):
                return created
            if found is not None and found.lifecycle_stage == _ACTIVE:
                return str(found.experiment_id)
        raise AssertionError  # never reached: the numbers do not end

    def _created(self, name: str) -> str | None:
        try:
            return str(self._tracking.create_experiment(name, None, []))
        except MlflowException as error:
            if error.error_code == _TAKEN:
                return None
            raise


def _check_not_there(error: MlflowException) -> None:
    if error.get_http_status_code() not in _NOT_THERE:  # type: ignore[no-untyped-call]  # MLflow's
        raise error
