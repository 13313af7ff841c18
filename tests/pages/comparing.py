"""Turning comparisons on and off, as the pages meet it, behind the one seam."""

from dataclasses import dataclass, field

from backend.errors import ReviewAppError


@dataclass
class FakeComparisons:
    """Remembers what was turned on, or raises."""

    error: ReviewAppError | None = None
    changes: list[tuple[object, ...]] = field(default_factory=list)

    def turn_on(self, endpoint: str, served_name: str, *, tells_afterwards: bool) -> None:
        self._change(endpoint, served_name, tells_afterwards)

    def turn_off(self, endpoint: str) -> None:
        self._change(endpoint)

    def _change(self, *change: object) -> None:
        if self.error:
            raise self.error
        self.changes.append(change)
