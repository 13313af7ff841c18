"""Brings all examples up to date: `python -m examples`.

What has not changed is left alone, and if nothing has, this ends within a second: it compares
fingerprints over plain HTTP and imports MLflow only when there is something to log.
"""

import importlib
import os
import sys
from types import ModuleType

from examples.fingerprint import fingerprint
from examples.names import NEEDS, ORDER
from examples.standing import Standing, Workspace


def main() -> int:
    """Deploy what changed, wait for all of it, ask each new endpoint one question."""
    workspace = Workspace.from_environment(os.environ)
    standings = {name: workspace.standing(name, fingerprint(name)) for name in ORDER}
    outdated = [name for name in ORDER if standings[name] is Standing.OUTDATED]
    starting = {name for name in ORDER if standings[name] is Standing.STARTING}
    if not outdated and not starting:
        _say("All examples are deployed and unchanged.")
        return 0
    bring_up_to_date(outdated, starting)
    return 0


def bring_up_to_date(outdated: list[str], starting: set[str]) -> None:
    """Log and deploy one after the other, without waiting for endpoints nobody needs yet."""
    deployment = importlib.import_module("examples.deployment")
    released = {}
    for name in outdated:
        for needed in NEEDS.get(name, ()):
            _wait(deployment, needed, starting)
        _say(f"Logging and deploying {name} ...")
        released[name] = _driver(name).release()
        starting.add(name)
    for name in sorted(starting, key=ORDER.index):
        _wait(deployment, name, starting)
    for name, deployed in released.items():
        deployment.announce(deployed, _driver(name).first_answer())


def _wait(deployment: ModuleType, name: str, starting: set[str]) -> None:
    if name in starting:
        _say(f"Waiting for {name} ...")
        deployment.wait_until_ready(name)
        starting.discard(name)


def _driver(name: str) -> ModuleType:
    return importlib.import_module(f"examples.{name}.driver")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
