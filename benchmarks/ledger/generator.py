"""A year of releases of one model, as the app would have written them: a path with detours.

A process of its own (`python -m benchmarks.ledger.generator ENDPOINT MODEL VERSIONS RELEASES`),
because MLflow's client keeps the address it was first used with. That address may be the database
itself, which is several times faster than a server before it.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from backend.releases.ledger import Releases
from backend.releases.record import Kind, Outcome, Release, Share

DAYS = 365
# As many as an endpoint keeps.
KEPT = 14
_REASONS = ("Knows the new prices", "Shorter answers", "The judges liked it", "It made things up")


def generate(endpoint: str, model: str, versions: int, releases: int, seed: int = 7) -> None:
    """Write them, oldest first; the last one goes live an hour ago, with the newest version."""
    ledger = Releases()
    for release in _year(endpoint, model, versions, releases, random.Random(seed)):
        ledger.begin(release)


def _year(
    endpoint: str, model: str, versions: int, releases: int, chance: random.Random
) -> Iterator[Release]:
    last = datetime.now(UTC) - timedelta(hours=1)
    step = timedelta(days=DAYS) / releases
    before: tuple[Share, ...] = ()
    for number in range(releases):
        newest = 1 + number * versions // releases
        kind = chance.choice([Kind.DEPLOY, Kind.DEPLOY, Kind.TRAFFIC, Kind.ROLL_BACK])
        if number == releases - 1:
            newest, kind = versions, Kind.DEPLOY
        back = kind is Kind.ROLL_BACK and newest > 1
        after = _shares(endpoint, model, newest - back, share=90 if kind is Kind.TRAFFIC else 100)
        failed = kind is Kind.DEPLOY and number < releases - 1 and chance.random() < 0.1
        at = last - step * (releases - 1 - number)
        yield Release(
            endpoint=endpoint,
            model=model,
            kind=kind,
            by=f"admin{chance.randrange(5)}@example.com",
            reason=chance.choice(_REASONS),
            before=before,
            after=after,
            requested_at=at,
            config_version=number + 1,
            outcome=Outcome.FAILED if failed else Outcome.LIVE,
            decided_at=at + timedelta(seconds=1),
            problem="ModuleNotFoundError: No module named 'six'" if failed else "",
        )
        before = before if failed else after


def _shares(endpoint: str, model: str, live: int, share: int) -> tuple[Share, ...]:
    kept = range(live - 1, max(0, live - KEPT), -1)
    rest = 100 - share if kept else 0
    percentages = [100 - rest, *(rest if position == 0 else 0 for position in range(len(kept)))]
    return tuple(
        Share(f"{endpoint}_{version}", model, str(version), percentage)
        for version, percentage in zip([live, *kept], percentages, strict=True)
    )


if __name__ == "__main__":
    generate(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
