"""The inference tables of a running workspace: the spool, who writes it, who takes from it."""

import os
from pathlib import Path

from local_workspace.background_process import BackgroundProcess
from local_workspace.inference_tables.known_requests import KnownRequests
from local_workspace.inference_tables.spool import create_spool
from local_workspace.inference_tables.spool_writer import SpoolWriter
from local_workspace.inference_tables.storage_guard import StorageGuard
from local_workspace.inference_tables.table_sets import TableSets

_FLUSHER = "local_workspace.inference_tables.flusher"
_PROJECT = Path(__file__).parents[2]


class InferenceTables:
    """Everything a record passes through on its way to Delta."""

    def __init__(self, spool: Path, tables_dir: Path, logs_dir: Path, retention_days: int) -> None:
        create_spool(spool)
        self.spool = spool
        self.sets = TableSets(spool, tables_dir)
        self.writer = SpoolWriter(spool)
        self.guard = StorageGuard(spool, self.writer)
        self.known_requests = KnownRequests(spool)
        self.flusher = BackgroundProcess(
            _FLUSHER,
            [str(spool), str(tables_dir), str(retention_days)],
            logs_dir / "flusher.log",
            _environment(),
        )

    def start(self) -> None:
        """Begin to write, and to take what is written into Delta."""
        self.writer.start()
        self.flusher.start()

    async def close(self) -> None:
        """Write and flush what is there, then end."""
        await self.writer.close()
        await self.flusher.close()
        self.guard.close()
        self.known_requests.close()
        self.sets.close()


def _environment() -> dict[str, str]:
    """The flusher needs nothing of what the shell had for clients."""
    kept = {key: value for key, value in os.environ.items() if not _is_for_clients(key)}
    return kept | {"PYTHONPATH": str(_PROJECT)}


def _is_for_clients(variable: str) -> bool:
    return variable.startswith(("DATABRICKS_", "MLFLOW_"))
