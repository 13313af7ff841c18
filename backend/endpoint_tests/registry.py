"""What the registry knows of the versions that were tested, as rows of a table.

Importing this imports MLflow, which takes seconds.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from mlflow import MlflowClient

from backend.error_translation import translated
from backend.errors import ReviewAppError


def model_rows(versions: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return a row for each model and version; what the registry does not tell stays empty."""
    return [_row(model, version) for model, version in dict.fromkeys(versions)]


def _row(model: str, version: str) -> dict[str, Any]:
    known = {
        "model_name": model,
        "model_version": version,
        "model_uri": f"models:/{model}/{version}",
    }
    try:
        with translated():
            found = MlflowClient().get_model_version(model, version)
    except ReviewAppError:
        # The run's own figures do not depend on it.
        return known
    created = found.creation_timestamp
    return known | {
        "run_id": found.run_id or None,
        "aliases": ", ".join(found.aliases or []),
        "status": found.status,
        "created_at": datetime.fromtimestamp(created / 1000, UTC) if created else None,
    }
