"""What a place for traces can do, whichever MLflow it is."""

from collections.abc import Sequence
from typing import Protocol

from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict

# Why MLflow will never take one, or None where it has it.
Refusal = str | None


class MlflowUnavailable(Exception):
    """Nothing is wrong with what was sent; it has to be sent again later."""


class Destination(Protocol):
    """Takes a batch; what it has taken already is taken again without a trace of that."""

    def import_traces(self, traces: Sequence[RecordedTrace]) -> list[Refusal]:
        """Return for each why it was refused, or that MLflow has it durably."""
        ...

    def import_verdicts(self, verdicts: Sequence[RecordedVerdict]) -> list[Refusal]:
        """Do the same for verdicts, in the order in which they came."""
        ...
