"""The environment variables a deployed model runs with."""

import re
from collections.abc import Mapping

from backend.errors import Refused

EXPERIMENT_ID = "MLFLOW_EXPERIMENT_ID"
# Without these there would be no traces and no ids to attach feedback to.
FORCED = {
    "ENABLE_LANGCHAIN_STREAMING": "true",
    "ENABLE_MLFLOW_TRACING": "true",
    "RETURN_REQUEST_ID_IN_RESPONSE": "true",
}
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


def checked(environment_vars: Mapping[str, str] | None) -> dict[str, str]:
    """Return the caller's variables with the forced ones; refuse bad names, values, overrides."""
    given = dict(environment_vars or {})
    for name, value in given.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Refused(
                f"environment_vars: {name!r} is not a name of capital letters, digits and _."
            )
        if not isinstance(value, str):
            raise Refused(f"environment_vars: the value of {name} must be a string.")
        if FORCED.get(name, value) != value:
            raise Refused(f"environment_vars: {name} is always {FORCED[name]!r} on an endpoint.")
    return given | FORCED
