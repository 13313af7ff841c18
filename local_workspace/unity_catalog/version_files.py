"""The files of model versions under the paths Databricks' Files API gives them.

`/Models/{catalog}/{schema}/{model}/{version}/…` is a version's folder, wherever its files lie in
the MLflow server's artifact store. Paths are what anybody sends.
"""

from dataclasses import dataclass
from urllib.parse import quote

from local_workspace.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound
from local_workspace.unity_catalog import shapes
from local_workspace.unity_catalog.mlflow_rest import Json, MlflowRest
from local_workspace.unity_catalog.storage import proxied_path

_ROOT = "/Models"
_NAMES = 4


@dataclass(frozen=True)
class VersionPath:
    """A file or folder of one version."""

    model: str
    version: str
    inside: tuple[str, ...]

    @classmethod
    def parse(cls, path: str) -> "VersionPath":
        """Read what follows `/Models/`."""
        names = path.rstrip("/").split("/")
        if len(names) < _NAMES or not all(map(_is_plain, names)):
            raise InvalidParameter(
                "A path must be /Models/{catalog}/{schema}/{model}/{version}/{file}, without '.', "
                "'..', '%' and empty names."
            )
        model = shapes.checked_name(".".join(names[: _NAMES - 1]))
        return cls(model, names[_NAMES - 1], tuple(names[_NAMES:]))

    @property
    def parent(self) -> "VersionPath":
        """Return the folder this lies in."""
        return VersionPath(self.model, self.version, self.inside[:-1])

    def __str__(self) -> str:
        """Return the path as Databricks' clients know it."""
        return "/".join((_ROOT, *self.model.split("."), self.version, *self.inside))


class VersionFiles:
    """Finds files of versions; who carries their bytes asks here for the place."""

    def __init__(self, mlflow: MlflowRest) -> None:
        self._mlflow = mlflow

    async def version(self, name: str, version: str) -> Json:
        """Return a version as MLflow shows it."""
        fields = {"name": name, "version": version}
        answer = await self._mlflow.get("mlflow/model-versions/get", fields)
        found: Json = answer["model_version"]
        return found

    async def readable(self, path: VersionPath) -> str:
        """Return where a file is, below MLflow's artifact routes."""
        return _joined(await self._location(path), _file(path).inside)

    async def writable(self, path: VersionPath, *, overwrite: bool) -> str:
        """Return where a file may be put, while its version is being uploaded."""
        file = _file(path)
        version = await self.version(path.model, path.version)
        if not shapes.is_pending(version):
            raise InvalidState(
                f"Version {path.version} of {path.model} is ready; its files cannot be changed. "
                "Register another version."
            )
        if not overwrite and await self._exists(file):
            raise AlreadyExists(f"There is already a file at {path}.")
        return await self.readable(file)

    async def contents(self, path: VersionPath) -> list[Json]:
        """Return what is in a folder; a folder without files does not exist."""
        found = await self.listed(path.model, path.version, path.inside)
        if not found and path.inside:
            raise NotFound(f"There is no directory at {path}.")
        return [{"path": f"{path}/{each['name']}", **each} for each in found]

    async def listed(self, model: str, version: str, inside: tuple[str, ...] = ()) -> list[Json]:
        """Return the entries of a folder by name."""
        location = await self._location(VersionPath(model, version, inside))
        folder = "/".join((location, *inside))
        answer = await self._mlflow.get("mlflow-artifacts/artifacts", {"path": folder})
        return [_entry(each) for each in answer.get("files", [])]

    async def _exists(self, path: VersionPath) -> bool:
        names = [
            each["name"] for each in await self.listed(path.model, path.version, path.parent.inside)
        ]
        return path.inside[-1] in names

    async def _location(self, path: VersionPath) -> str:
        fields = {"name": path.model, "version": path.version}
        answer = await self._mlflow.get("mlflow/model-versions/get-download-uri", fields)
        return proxied_path(answer["artifact_uri"])


def _is_plain(name: str) -> bool:
    # MLflow decodes a path again until nothing changes, so a % could become anything.
    return name not in ("", ".", "..") and name.isprintable() and set("\\%").isdisjoint(name)


def _file(path: VersionPath) -> VersionPath:
    if not path.inside:
        raise InvalidParameter(f"{path} is a directory.")
    return path


def _joined(location: str, inside: tuple[str, ...]) -> str:
    # A location is part of a URL already; names are not.
    return "/".join((quote(location, safe="/%"), *(quote(each, safe="") for each in inside)))


def _entry(file: Json) -> Json:
    entry = {"name": file["path"], "is_directory": bool(file.get("is_dir"))}
    return entry if entry["is_directory"] else entry | {"file_size": int(file.get("file_size", 0))}
