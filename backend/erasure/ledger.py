"""Keeps the protocols of erasures: each is a run of one MLflow experiment, with a JSON artifact.

Done with the app's own rights, so whoever calls must have made sure of the visitor's. Importing
this imports MLflow, which takes seconds.
"""

from dataclasses import replace
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run

from backend.erasure.protocol import Erasure, Outcome, from_json
from backend.error_translation import translated
from backend.errors import NotFound

EXPERIMENT = "/Shared/reviewapp-erasures"
ARTIFACT = "protocol.json"
# The newest are listed; the others stay where they are.
LISTED = 200
_TAG = "reviewapp.erasure."
_STATUS = {Outcome.COMPLETE: "FINISHED", Outcome.STOPPED: "KILLED", Outcome.INCOMPLETE: "FAILED"}


def open_(erasure: Erasure) -> Erasure:
    """Put the beginning of an erasure on record; return it with its id."""
    with translated():
        client = MlflowClient()
        run = client.create_run(_experiment(client), run_name=f"Erasure {erasure.started_at}")
        known = replace(erasure, id=run.info.run_id)
        _write(client, known)
    return known


def close(erasure: Erasure) -> None:
    """Put on record how it ended."""
    with translated():
        client = MlflowClient()
        _write(client, erasure)
        client.set_terminated(erasure.id, _STATUS[erasure.outcome])


def former() -> list[Erasure]:
    """Return what was erased so far, the last first, without the parts."""
    with translated():
        client = MlflowClient()
        experiment = client.get_experiment_by_name(EXPERIMENT)
        if experiment is None:
            return []
        runs = client.search_runs([experiment.experiment_id], max_results=LISTED)
    return [_erasure(run) for run in runs if f"{_TAG}salt" in run.data.tags]


def read(erasure_id: str) -> Erasure:
    """Return one protocol with all its parts."""
    with translated():
        run = MlflowClient().get_run(erasure_id)
        if f"{_TAG}salt" not in run.data.tags:
            raise NotFound("There is no such protocol.")
        text = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/{ARTIFACT}")
    return from_json(text)


def _write(client: MlflowClient, erasure: Erasure) -> None:
    client.log_text(erasure.id, erasure.as_json(), ARTIFACT)
    for name, value in _tags(erasure).items():
        client.set_tag(erasure.id, f"{_TAG}{name}", value)


def _tags(erasure: Erasure) -> dict[str, str]:
    return {
        "salt": erasure.salt,
        "person_hash": erasure.person_hash,
        "erased_by": erasure.erased_by,
        "reference": erasure.reference,
        "started_at": erasure.started_at,
        "finished_at": erasure.finished_at,
        "outcome": erasure.outcome.value,
    }


def _erasure(run: Run) -> Erasure:
    tags = run.data.tags
    known: dict[str, Any] = {name: tags.get(f"{_TAG}{name}", "") for name in _tags(_NOTHING)}
    known["outcome"] = Outcome(known["outcome"] or Outcome.RUNNING)
    return Erasure(**known, id=run.info.run_id)


def _experiment(client: MlflowClient) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    return str(found.experiment_id if found else client.create_experiment(EXPERIMENT))


_NOTHING = Erasure("", "", "", "", "")
