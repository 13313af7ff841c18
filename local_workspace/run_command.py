"""Runs a command beside the workspace, with the variables that lead the clients to it."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

Connection = dict[str, str]


def command_runner(command: list[str]) -> Callable[[Connection], Awaitable[int]]:
    """Return what runs the command once the workspace is ready; it gives the exit status."""

    async def run(connection: Connection) -> int:
        # The write end stays open in this process alone: the tether sees it close when we die.
        read_end, write_end = os.pipe()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "local_workspace.tether", str(read_end), *command),
            pass_fds=[read_end],
            env=os.environ | environment(connection),
        )
        os.close(read_end)
        try:
            return await process.wait()
        finally:
            os.close(write_end)
            await process.wait()

    return run


def environment(connection: Connection) -> dict[str, str]:
    """Return the variables Databricks' and MLflow's clients read."""
    return {
        "DATABRICKS_HOST": connection["host"],
        "DATABRICKS_TOKEN": connection["token"],
        "MLFLOW_TRACKING_URI": connection["mlflow_tracking_uri"],
        "MLFLOW_TRACKING_TOKEN": connection["token"],
    }
