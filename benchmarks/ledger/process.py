"""Runs one of the processes of this package and brings home what it has measured."""

import json
import subprocess
import sys

from benchmarks.child_process import REPOSITORY, clean_environment
from benchmarks.registration import registered_name


class NotDone(Exception):
    """The process failed; the text is what it said last."""


def drive(
    command: str, endpoint: str, model: str, number: int, environment: dict[str, str]
) -> list[float]:
    """Let the driver do something; returns what it has measured."""
    arguments = [command, endpoint, registered_name(model), str(number)]
    said = _run(["benchmarks.ledger.driver", *arguments], environment)
    # MLflow prints before it what it has to say.
    return json.loads(said.splitlines()[-1]) or []


def write_a_year(
    endpoint: str, model: str, versions: int, releases: int, environment: dict[str, str]
) -> None:
    """Put a year of releases on record."""
    arguments = [endpoint, registered_name(model), str(versions), str(releases)]
    _run(["benchmarks.ledger.generator", *arguments], environment)


def _run(module: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=REPOSITORY,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotDone(done.stderr[-2000:])
    return done.stdout
