"""Registered models and their versions as the registry tells of them; knows no store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# Where a version came from that was copied from another model, and who wanted it there.
PROMOTED_FROM = "reviewapp.promoted_from"
PROMOTED_BY = "reviewapp.promoted_by"
PROMOTED_AT = "reviewapp.promoted_at"
PROMOTED_BECAUSE = "reviewapp.promoted_because"
READY = "READY"


@dataclass(frozen=True)
class Model:
    """One registered model; lists of a catalog tell neither its aliases nor its tags."""

    name: str
    description: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    newest: str = ""
    # Which version each alias points to.
    aliases: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def aliases_of(self, version: str) -> tuple[str, ...]:
        """Return the aliases of one version, by name."""
        return tuple(sorted(each for each, to in self.aliases.items() if to == version))


@dataclass(frozen=True)
class ModelPage:
    """Models by name, and where the next ones are."""

    models: tuple[Model, ...]
    next_token: str | None = None


@dataclass(frozen=True)
class Version:
    """One version as the registry tells of it, without its files."""

    model: str
    number: str
    description: str = ""
    status: str = READY
    status_message: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    created_by: str = ""
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    run_id: str = ""
    model_id: str = ""

    @property
    def is_ready(self) -> bool:
        """Tell whether it can be loaded."""
        return self.status == READY

    @property
    def uri(self) -> str:
        """Return where MLflow finds it."""
        return f"models:/{self.model}/{self.number}"

    def __str__(self) -> str:
        """Name it in a sentence."""
        return f"{self.model} version {self.number}"


@dataclass(frozen=True)
class VersionPage:
    """Versions, the newest first, and where the next ones are."""

    versions: tuple[Version, ...]
    next_token: str | None = None


@dataclass(frozen=True)
class Origin:
    """The run and the experiment a version was logged in, as far as they still exist."""

    run_id: str = ""
    run_name: str = ""
    experiment_id: str = ""
    experiment: str = ""
    model_id: str = ""


@dataclass(frozen=True)
class Served:
    """An endpoint that serves a version, with the version's share of the questions in percent."""

    endpoint: str
    name: str
    percentage: int


@dataclass(frozen=True)
class Metric:
    """One figure somebody has found for a version."""

    name: str
    value: float
    dataset: str = ""


@dataclass(frozen=True)
class Evaluation:
    """What one run has found out about a version: figures, and tables by their path."""

    run_id: str
    run_name: str
    experiment_id: str
    at: datetime | None
    metrics: tuple[Metric, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The beginning of a table that was kept with a run."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
