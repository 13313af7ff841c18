"""The registered models and their versions, for admins: looking, and changing names and words.

The registry is read and written with the app's rights, after it is made sure that the visitor is
an admin; before a change the workspace itself is asked that. Where a version is served is asked
with the visitor's own token.
"""

import re
from types import ModuleType
from typing import cast

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered, Refused
from backend.identity import Identity, Role, Viewer
from backend.mlflow_import import load_mlflow
from backend.registry import serving as registry_serving
from backend.registry.comparison import Difference, differences
from backend.registry.contents import Contents, Files, Preview, Prompt
from backend.registry.links import RegistryLinks
from backend.registry.record import (
    Evaluation,
    Model,
    ModelPage,
    Origin,
    Served,
    Table,
    Version,
    VersionPage,
)
from backend.registry.snippets import Snippet, to_ask, to_load

MODELS_PER_PAGE = 25
VERSIONS_PER_PAGE = 25
# Among which one chooses another version to compare with.
MOST_COMPARABLE = 200
LONGEST_ALIAS = 100
LONGEST_KEY, LONGEST_VALUE, LONGEST_DESCRIPTION = 250, 5000, 5000
_ALIAS = re.compile(r"[\w-]+")
# Words that already mean something in an address of a model.
_TAKEN_ALIAS = re.compile(r"latest|v\d+", re.IGNORECASE)


class Registry:
    """Shows an admin what is registered, and changes what is said of it."""

    def __init__(self, workspace: WorkspaceClient, tracking_uri: str) -> None:
        self._workspace = workspace
        self._tracking_uri = tracking_uri

    @property
    def links(self) -> RegistryLinks:
        """Return the addresses of MLflow's own pages."""
        return RegistryLinks(self._tracking_uri, self._workspace.config.host or "")

    def opened_links(self, viewer: Viewer) -> RegistryLinks:
        """Return addresses that also let the visitor's browser in; each of them works once."""
        _check(viewer)
        links = self.links
        if not links.need_opening:
            return links
        try:
            with translated():
                answer = self._workspace.api_client.do("POST", "/__local__/mlflow-links", body={})
        except (NotFound, NotOffered):
            return links
        url = answer.get("url") if isinstance(answer, dict) else None
        return RegistryLinks(links.tracking_uri, links.host, str(url or ""))

    def models(self, viewer: Viewer, search: str = "", token: str | None = None) -> ModelPage:
        """Return registered models by name."""
        _check(viewer)
        return cast(ModelPage, _store().models(search, MODELS_PER_PAGE, token))

    def model(self, viewer: Viewer, name: str) -> Model:
        """Return one model with its aliases and tags."""
        _check(viewer)
        return cast(Model, _store().model(name))

    def versions(self, viewer: Viewer, name: str, token: str | None = None) -> VersionPage:
        """Return versions of a model, the newest first."""
        _check(viewer)
        return cast(VersionPage, _store().versions(name, VERSIONS_PER_PAGE, token))

    def numbers(self, viewer: Viewer, name: str) -> list[str]:
        """Return the numbers of the newest versions."""
        _check(viewer)
        page = cast(VersionPage, _store().versions(name, MOST_COMPARABLE))
        return [each.number for each in page.versions]

    def version(self, viewer: Viewer, name: str, number: str) -> Version:
        """Return one version with its aliases and tags."""
        _check(viewer)
        return cast(Version, _store().version(name, number))

    def origin(self, viewer: Viewer, version: Version) -> Origin:
        """Return the run and the experiment it was logged in."""
        _check(viewer)
        return cast(Origin, _store().origin(version))

    def contents(self, viewer: Viewer, version: Version) -> Contents:
        """Return what its small files say, with secrets masked."""
        _check(viewer)
        reading = _reading()
        return cast(Contents, reading.contents(version.uri, reading.identity(version)))

    def linked_prompts(self, viewer: Viewer, version: Version) -> tuple[Prompt, ...]:
        """Return the registered prompts it was seen to use."""
        _check(viewer)
        return cast(tuple[Prompt, ...], _reading().linked_prompts(version.model_id))

    def files(self, viewer: Viewer, version: Version) -> Files:
        """Return which files it has, without fetching any."""
        _check(viewer)
        return cast(Files, _files().listed(version.uri))

    def preview(self, viewer: Viewer, version: Version, path: str) -> Preview:
        """Return the content of one small file."""
        _check(viewer)
        return cast(Preview, _files().preview(version.uri, path))

    def evaluations(self, viewer: Viewer, version: Version) -> tuple[Evaluation, ...]:
        """Return what runs have found out about it."""
        _check(viewer)
        return cast(tuple[Evaluation, ...], _evaluation().evaluations(version))

    def table(self, viewer: Viewer, run_id: str, path: str) -> Table:
        """Return the beginning of a table a run has logged."""
        _check(viewer)
        return cast(Table, _evaluation().table(run_id, path))

    def served(self, viewer: Viewer, model: str) -> dict[str, tuple[Served, ...]]:
        """Return where each version is served now, as far as the visitor may know."""
        _check(viewer)
        return registry_serving.served(self._workspace, model)

    def followers(self, viewer: Viewer, model: str) -> dict[str, tuple[str, ...]]:
        """Return the endpoints that deploy whatever an alias leads to, by alias."""
        _check(viewer)
        return registry_serving.followers(self._workspace, model)

    def compare(self, viewer: Viewer, before: Version, after: Version) -> tuple[Difference, ...]:
        """Return part by part how two versions differ."""
        return differences(self.contents(viewer, before), self.contents(viewer, after))

    def snippets(
        self, viewer: Viewer, version: Version, places: tuple[Served, ...]
    ) -> tuple[list[Snippet], list[Snippet]]:
        """Return code to load a version, and code to ask it where it is served."""
        contents = self.contents(viewer, version)
        loading = to_load(version, contents, _store().is_catalog())
        if not places:
            return loading, []
        first = places[0]
        host = self._workspace.config.host or ""
        # Only a version that takes all questions is asked by the name of the endpoint.
        served = "" if first.percentage == 100 else first.name
        return loading, to_ask(contents, host, first.endpoint, served)

    def set_alias(self, viewer: Viewer, version: Version, alias: str) -> None:
        """Let an alias point to this version, wherever it pointed before."""
        self._check_now(viewer)
        _store().set_alias(version.model, _alias(alias), version.number)

    def remove_alias(self, viewer: Viewer, model: str, alias: str) -> None:
        """Take an alias away."""
        self._check_now(viewer)
        _store().remove_alias(model, alias)

    def set_tag(self, viewer: Viewer, model: str, number: str, key: str, value: str) -> None:
        """Set a tag of a version, or without a number one of the model."""
        self._check_now(viewer)
        name = key.strip()
        if not name or len(name) > LONGEST_KEY or not name.isprintable():
            raise Refused(f"A tag needs a name of at most {LONGEST_KEY} characters.")
        if len(value) > LONGEST_VALUE:
            raise Refused(f"A tag holds at most {LONGEST_VALUE:,} characters.")
        _store().set_tag(model, number, name, value)

    def remove_tag(self, viewer: Viewer, model: str, number: str, key: str) -> None:
        """Remove a tag of a version, or without a number one of the model."""
        self._check_now(viewer)
        _store().remove_tag(model, number, key)

    def describe(self, viewer: Viewer, model: str, number: str, text: str) -> None:
        """Write the description of a version, or without a number that of the model."""
        self._check_now(viewer)
        if len(text) > LONGEST_DESCRIPTION:
            raise Refused(f"A description has at most {LONGEST_DESCRIPTION:,} characters.")
        _store().describe(model, number, text.strip())

    def _check_now(self, viewer: Viewer) -> None:
        """Ask the workspace itself: what a page knows of somebody may be a minute old."""
        _check(viewer)
        _check(Identity(self._workspace).viewer())


def _check(viewer: Viewer) -> None:
    if not viewer.has_any((Role.ADMIN,)):
        raise NotAllowed("Models are for administrators only.")


def _alias(alias: str) -> str:
    name = alias.strip()
    if not _ALIAS.fullmatch(name) or len(name) > LONGEST_ALIAS:
        raise Refused("An alias is made of letters, digits, - and _, without spaces.")
    if _TAKEN_ALIAS.fullmatch(name):
        raise Refused(f"{name!r} cannot be an alias: in MLflow it already means a version.")
    return name


def _store() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.registry import store as registry_store  # noqa: PLC0415 - see above

    return registry_store


def _reading() -> ModuleType:
    load_mlflow()
    from backend.registry import reading as registry_reading  # noqa: PLC0415 - as above

    return registry_reading


def _files() -> ModuleType:
    load_mlflow()
    from backend.registry import files as registry_files  # noqa: PLC0415 - as above

    return registry_files


def _evaluation() -> ModuleType:
    load_mlflow()
    from backend.registry import evaluation as registry_evaluation  # noqa: PLC0415 - as above

    return registry_evaluation
