"""The files of a version in MLflow's artifact store: listing them, and reading small ones.

Never fetches a whole model: folders are listed one by one up to a bound, and a file is read only
when it is known to be small. Done with the app's rights, so whoever calls has checked the visitor.
Importing this imports MLflow, which takes seconds.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from backend.error_translation import translated
from backend.errors import NotFound
from backend.registry.contents import File, Files, Look, Preview
from backend.registry.secret_masking import MASK, mask, mask_text, secret_values

MOST_FILES = 500
MOST_FOLDERS = 40
MOST_TEXT_BYTES = 400_000
MOST_IMAGE_BYTES = 4_000_000
READ_AT_ONCE = 4
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_BINARY = (".pkl", ".pickle", ".bin", ".pt", ".safetensors", ".parquet", ".zip", ".gz", ".whl")


def listed(uri: str) -> Files:
    """Return everything that lies below, up to a bound; each folder before what is in it."""
    with translated():
        repository = get_artifact_repository(uri)
        found: list[File] = []
        folders = [""]
        for _ in range(MOST_FOLDERS):
            if not folders or len(found) >= MOST_FILES:
                break
            below = _folder(repository, folders.pop(0))
            found.extend(below)
            folders.extend(each.path for each in below if each.is_folder)
    return Files(tuple(_as_tree(found[:MOST_FILES])), bool(folders) or len(found) > MOST_FILES)


def preview(uri: str, path: str) -> Preview:
    """Return the content of a small file; what looks like a secret is masked."""
    with translated():
        repository = get_artifact_repository(uri)
        file = _found(repository, path)
        look, most = _look(file.name)
        if look is Look.NOTHING:
            return Preview(path, look, problem="This kind of file cannot be shown here.")
        if file.size is None or file.size > most:
            return Preview(path, Look.NOTHING, problem="It is too large to be shown here.")
        content = _fetched(repository, path)
    return _shown(path, look, content)


def texts(uri: str, paths: list[str]) -> dict[str, str]:
    """Return the texts of small files as they are; what is not there or too large is left out."""
    with translated():
        repository = get_artifact_repository(uri)
        known = {each.path: each for each in _beside(repository, paths)}
        small = [p for p in paths if p in known and (known[p].size or 0) <= MOST_TEXT_BYTES]
        with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
            contents = list(pool.map(lambda path: _fetched(repository, path), small))
    read = {path: _decoded(content) for path, content in zip(small, contents, strict=True)}
    return {path: text for path, text in read.items() if text is not None}


def _beside(repository: ArtifactRepository, paths: list[str]) -> Iterator[File]:
    for folder in dict.fromkeys(path.rpartition("/")[0] for path in paths):
        yield from _folder(repository, folder)


def _folder(repository: ArtifactRepository, path: str) -> list[File]:
    found = repository.list_artifacts(path or None)
    files = [File(each.path, bool(each.is_dir), each.file_size) for each in found]
    return sorted(files, key=lambda each: (each.is_folder, each.path))


def _found(repository: ArtifactRepository, path: str) -> File:
    """Return a file by a path that came from a browser."""
    parts = path.split("/")
    if not all(parts) or not {".", ".."}.isdisjoint(parts):
        raise NotFound("The model has no such file.")
    beside = _folder(repository, "/".join(parts[:-1]))
    file = next((each for each in beside if each.path == path and not each.is_folder), None)
    if file is None:
        raise NotFound("The model has no such file.")
    return file


def _fetched(repository: ArtifactRepository, path: str) -> bytes:
    with TemporaryDirectory() as folder:
        fetched = str(repository.download_artifacts(path, folder))  # type: ignore[no-untyped-call]
        return Path(fetched).read_bytes()


def _look(name: str) -> tuple[Look, int]:
    ending = Path(name).suffix.lower()
    if ending in _IMAGES:
        return Look.IMAGE, MOST_IMAGE_BYTES
    if ending in _BINARY:
        return Look.NOTHING, 0
    return (Look.JSON if ending == ".json" else Look.TEXT), MOST_TEXT_BYTES


def _shown(path: str, look: Look, content: bytes) -> Preview:
    if look is Look.IMAGE:
        return Preview(path, look, data=content)
    text = _decoded(content)
    if text is None:
        return Preview(path, Look.NOTHING, problem="It is no text, so it cannot be shown here.")
    if look is Look.JSON:
        try:
            masked = mask(json.loads(text)).value
            return Preview(path, look, text=json.dumps(masked, ensure_ascii=False))
        except ValueError:
            pass
    return Preview(path, Look.TEXT, text=mask_text(_without_secrets(text, path)).value)


def _without_secrets(text: str, path: str) -> str:
    """Mask what only the structure of a YAML file tells to be secret."""
    if not path.endswith((".yaml", ".yml", "MLmodel")):
        return text
    try:
        hidden = list(secret_values(yaml.safe_load(text)))
    except yaml.YAMLError:
        return text
    for secret in hidden:
        text = text.replace(secret, MASK)
    return text


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _as_tree(found: list[File]) -> list[File]:
    """Return files so that each folder is followed by what is in it, files before folders."""
    below: dict[str, list[File]] = {}
    for each in found:
        below.setdefault(each.path.rpartition("/")[0], []).append(each)

    def walk(folder: str) -> Iterator[File]:
        for each in below.get(folder, []):
            yield each
            if each.is_folder:
                yield from walk(each.path)

    return list(walk(""))
