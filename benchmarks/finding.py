"""One measured figure: ours, the peer's, how they relate and what was required."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Floor:
    """What is required of a ratio or of a number of ours."""

    kind: Literal["at least", "at most"]
    value: float

    def is_met_by(self, value: float) -> bool:
        """Tell whether the value is on the right side."""
        return value >= self.value if self.kind == "at least" else value <= self.value


@dataclass(frozen=True)
class Finding:
    """A figure; the floor is on the ratio if there is one, otherwise on our number."""

    measured: str
    unit: str
    ours: float
    floor: Floor | None = None
    peer: float | None = None
    ratio: float | None = None
    # What the peer is, or why there is none.
    beside: str = "mlflow models serve"
    # The single rounds and whatever helps to judge them.
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def judged(self) -> float:
        """Return the number the floor is about."""
        return self.ours if self.ratio is None else self.ratio

    @property
    def is_met(self) -> bool:
        """Tell whether nothing was required or the requirement is met."""
        return self.floor is None or self.floor.is_met_by(self.judged)
