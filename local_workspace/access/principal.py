"""Who is calling: the one value that authentication produces and every rule asks.

It must not know how people are stored or how they prove who they are.
"""

from dataclasses import dataclass
from typing import Literal

PrincipalKind = Literal["user", "service_principal", "served_version"]

ADMINS = "admins"
ANALYSTS = "analysts"
REVIEWERS = "reviewers"
# Databricks' own name for the group every person and service principal belongs to.
EVERYONE = "users"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user, a service principal, or a served version that calls another endpoint."""

    id: str
    name: str
    display_name: str
    kind: PrincipalKind
    groups: frozenset[str] = frozenset()
    queryable: frozenset[str] | None = None

    @property
    def is_admin(self) -> bool:
        """Admins decide who may come in, and manage every endpoint."""
        return ADMINS in self.groups

    @property
    def may_use_mlflow(self) -> bool:
        """Reviewers see their own traces through the app only, as on Databricks."""
        if self.kind == "user":
            return not self.groups.isdisjoint((ADMINS, ANALYSTS))
        return self.kind == "service_principal"

    @property
    def may_use_sql(self) -> bool:
        """Everybody's requests and verdicts are in the tables."""
        return self.may_use_mlflow

    @property
    def may_manage_workspace(self) -> bool:
        """Creating endpoints is for admins and for the service principals they made."""
        return self.is_admin or self.kind == "service_principal"

    @property
    def may_only_query(self) -> bool:
        """A served version calls the endpoints it declared and nothing else."""
        return self.kind == "served_version"
