"""How a chain's answers are compared at the moment, as far as its conversations have to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.serving.endpoints import Endpoint
from backend.turns.answers import Answer


@dataclass(frozen=True)
class Terms:
    """Without a challenger, every question is answered once."""

    challenger: str = ""
    tells_afterwards: bool = False
    # The number of each served version, by the name it is served under.
    versions: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, answer: Answer) -> str:
        """Return which version this was, in words."""
        version = self.versions.get(answer.served_name or "")
        return f"version {version}" if version else "a version that is no longer served"


def terms_of(endpoint: Endpoint) -> Terms:
    """Return what is to be known of this chain."""
    return Terms(
        challenger=endpoint.challenger.name if endpoint.challenger else "",
        tells_afterwards=endpoint.comparison.tells_afterwards,
        versions={each.name: each.version for each in endpoint.served},
    )
