"""Promotion between environments: a version is copied to another name, with where it came from.

From test to production is from one registered model to another. The rule for promotions on every
endpoint that serves the version is asked first. The alias on the other side is moved last, so that
an endpoint which follows it never sees half a promotion. Done with the app's rights, after the
workspace has said that the visitor is an admin.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import cast

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import GuardRefused, NotAllowed, Refused, ReviewAppError
from backend.guard_rails import gate as guard_gate
from backend.guard_rails.settings import settings_from
from backend.identity import Identity, Role, Viewer
from backend.mlflow_import import load_mlflow
from backend.registry import serving as registry_serving
from backend.registry.record import (
    PROMOTED_AT,
    PROMOTED_BECAUSE,
    PROMOTED_BY,
    PROMOTED_FROM,
    Version,
)

LONGEST_REASON = 1000
_ALIAS = re.compile(r"(?!latest$|v\d+$)[\w-]{1,100}", re.IGNORECASE)
_LEVELS = 3


@dataclass(frozen=True)
class Verdict:
    """What the rule of one endpoint says of the version; without a problem it lets it through."""

    endpoint: str
    problem: str = ""


class Promotions:
    """Copies versions to where they are used next."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def verdicts(self, viewer: Viewer, model: str, number: str) -> tuple[Verdict, ...]:
        """Return what each endpoint says that serves the version and has a rule."""
        _check(viewer)
        places = registry_serving.served(self._workspace, model).get(number, ())
        asked = [self._asked(each.endpoint, number) for each in places]
        return tuple(each for each in asked if each)

    def promote(
        self, viewer: Viewer, model: str, number: str, to: str, reason: str, alias: str = ""
    ) -> Version:
        """Copy a version to another name and return the copy; let an alias there point to it."""
        self._check_now(viewer)
        source = cast(Version, _store().version(model, number))
        name, said, moved = _destination(source, to), _said(reason), _alias(alias)
        if not source.is_ready:
            raise Refused(f"{source} is not ready, so it cannot be copied.")
        for verdict in self.verdicts(viewer, model, number):
            if verdict.problem:
                raise GuardRefused(f"Endpoint {verdict.endpoint!r}: {verdict.problem}")
        made = cast(Version, _store().copy(source, name))
        try:
            self._finish(viewer, source, made, said, moved)
        except ReviewAppError as problem:
            raise type(problem)(
                f"It is version {made.number} of {name} now, but not everything could be noted "
                f"there. {problem.sentence}"
            ) from problem
        return cast(Version, _store().version(name, made.number))

    def _finish(
        self, viewer: Viewer, source: Version, made: Version, reason: str, alias: str
    ) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        tags = {
            PROMOTED_FROM: f"{source.model}/{source.number}",
            PROMOTED_BY: viewer.user_name,
            PROMOTED_AT: now,
            PROMOTED_BECAUSE: reason,
        }
        for key, value in tags.items():
            _store().set_tag(made.model, made.number, key, value)
        if alias:
            _store().set_alias(made.model, alias, made.number)

    def _asked(self, endpoint: str, number: str) -> Verdict | None:
        """Ask the rule of one endpoint, whatever share the version has there already."""
        with translated():
            detail = self._workspace.serving_endpoints.get(endpoint)
        settings = settings_from({tag.key: tag.value or "" for tag in detail.tags or []})
        if settings.is_promotion_unreadable:
            return Verdict(endpoint, guard_gate.UNREADABLE)
        if settings.promotion is None:
            return None
        ruling = guard_gate.ruling_on(self._workspace, detail, settings.promotion, number)
        return Verdict(endpoint, "" if ruling.is_ok else ruling.sentence)

    def _check_now(self, viewer: Viewer) -> None:
        """Ask the workspace itself: what a page knows of somebody may be a minute old."""
        _check(viewer)
        _check(Identity(self._workspace).viewer())


def _check(viewer: Viewer) -> None:
    if not viewer.has_any((Role.ADMIN,)):
        raise NotAllowed("Versions can be promoted by administrators only.")


def _destination(source: Version, to: str) -> str:
    name = to.strip()
    if not name or not name.isprintable() or not {"/", ":", "%", "\\"}.isdisjoint(name):
        raise Refused("Name the model it is to become a version of, without / and :.")
    if name == source.model:
        raise Refused("It is a version of this model already. Name another one.")
    levels = source.model.count(".") + 1
    if levels == _LEVELS and name.count(".") + 1 != _LEVELS:
        raise Refused("The name needs three levels: catalog.schema.model.")
    if not all(name.split(".")):
        raise Refused("The name has an empty part between its dots.")
    return name


def _said(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise Refused("Say why, in one sentence or a few: it is what others will read later.")
    return said


def _alias(alias: str) -> str:
    name = alias.strip()
    if name and not _ALIAS.fullmatch(name):
        raise Refused(
            "An alias is made of letters, digits, - and _; `latest` and v with a number mean "
            "something already."
        )
    return name


def _store() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.registry import store as registry_store  # noqa: PLC0415 - see above

    return registry_store
