"""Hands what waits in the spool to MLflow, batch by batch.

What was handed over leaves the queue afterwards, in a transaction of its own: a crash in between
hands it over once more, which the destination takes without a trace of that.
"""

import logging

from local_workspace.trace_export.pending_exports import TRACE, VERDICT, PendingExports
from local_workspace.trace_import.destination import Destination, Refusal
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict

BATCH = 50
VERDICT_BATCH = 200

_log = logging.getLogger("trace_export")


class HandOver:
    """One round takes a batch of each kind, so that neither waits for all of the other."""

    def __init__(self, pending: PendingExports, destination: Destination) -> None:
        self._pending = pending
        self._destination = destination

    def round(self) -> int:
        """Hand over a batch of traces and one of verdicts; return how many that were."""
        return self.traces() + self.verdicts()

    def traces(self) -> int:
        """Hand over the most urgent traces."""
        batch = self._pending.traces(BATCH)
        if batch:
            refusals = self._destination.import_traces(list(batch.values()))
            self._done(TRACE, batch, refusals)
        return len(batch)

    def verdicts(self) -> int:
        """Hand over the oldest verdicts on traces MLflow should have."""
        batch = self._pending.verdicts(VERDICT_BATCH)
        if batch:
            refusals = self._destination.import_verdicts(list(batch.values()))
            self._done(VERDICT, batch, refusals)
        return len(batch)

    def _done(
        self,
        kind: str,
        batch: dict[int, RecordedTrace] | dict[int, RecordedVerdict],
        refusals: list[Refusal],
    ) -> None:
        reasons = {id_: why for id_, why in zip(batch, refusals, strict=True) if why}
        for id_, why in reasons.items():
            _log.warning("MLflow refuses the %s of %s: %s", kind, batch[id_].trace_id, why)
        self._pending.done(kind, {id_: each.trace_id for id_, each in batch.items()}, reasons)
