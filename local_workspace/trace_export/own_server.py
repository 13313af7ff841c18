"""Hands batches to the workspace's own MLflow process, which writes them itself."""

import http.client
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from local_workspace.trace_import.destination import MlflowUnavailable, Refusal
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict, as_json
from local_workspace.trace_import.route import TRACES_PATH, VERDICTS_PATH

# A batch takes less than a second; MLflow may be loading, or searching.
_TIMEOUT_SECONDS = 60.0


class OwnServer:
    """One kept connection to the MLflow process."""

    def __init__(self, base_url: str, token: str) -> None:
        address = urlsplit(base_url)
        assert address.hostname is not None
        self._connection = http.client.HTTPConnection(
            address.hostname, address.port, timeout=_TIMEOUT_SECONDS
        )
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def import_traces(self, traces: Sequence[RecordedTrace]) -> list[Refusal]:
        """Return for each why it was refused, or that MLflow has it durably."""
        return self._post(TRACES_PATH, as_json(traces))

    def import_verdicts(self, verdicts: Sequence[RecordedVerdict]) -> list[Refusal]:
        """Do the same for verdicts."""
        return self._post(VERDICTS_PATH, as_json(verdicts))

    def _post(self, path: str, body: bytes) -> list[Refusal]:
        try:
            self._connection.request("POST", path, body, self._headers)
            response = self._connection.getresponse()
            answer: Any = json.loads(response.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            raise MlflowUnavailable(f"{type(error).__name__}: {error}") from error
        if response.status != http.client.OK:
            raise MlflowUnavailable(f"HTTP {response.status}: {answer.get('message', '')}")
        refusals: list[Refusal] = answer["refusals"]
        return refusals
