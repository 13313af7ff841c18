"""What everything has in common that is kept as runs of an MLflow experiment, found by their tags.

Importing this imports MLflow, which takes seconds.
"""

from datetime import UTC, datetime

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


def experiment(client: MlflowClient, name: str) -> str:
    """Return the id of the experiment, and make it if there is none."""
    if found := client.get_experiment_by_name(name):
        return str(found.experiment_id)
    try:
        return str(client.create_experiment(name))
    except MlflowException:
        # Somebody else has made it in the same moment.
        if found := client.get_experiment_by_name(name):
            return str(found.experiment_id)
        raise


def tag_is(tag: str, value: str) -> str:
    """Return what a search asks for."""
    # Names of endpoints have no quotes in them; the workspace refuses them.
    return f"tags.`{tag}` = '{value}'"


def milliseconds(moment: datetime) -> int:
    """Return a moment as MLflow keeps it."""
    return round(moment.timestamp() * 1000)


def time_of(milliseconds: int) -> datetime:
    """Return a moment MLflow has kept."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
