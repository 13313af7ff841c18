"""Registers the chain one talks to and deploys it as from a notebook.

A process of its own (`python -m benchmarks.chat.deployment FOLDER`), because MLflow's client keeps
the address it was first used with.
"""

import sys
from pathlib import Path

from benchmarks.registration import main as register
from benchmarks.registration import registered_name

MODEL = "conversing"
ENDPOINT = "conversing"


def main(folder: Path) -> None:
    """Log, register and deploy."""
    from backend.agents import deploy  # noqa: PLC0415 (seconds to import, and only here)

    register(MODEL, 1, folder)
    deploy(
        registered_name(MODEL),
        1,
        endpoint_name=ENDPOINT,
        workload_size="Medium",
        description="Tells about gamma-ray bursts.",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
