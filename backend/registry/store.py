"""The registry MLflow is connected to: an MLflow server's, or Unity Catalog's.

A catalog neither filters nor orders what it lists, so that is done here then, within a bound.
Everything is done with the app's own rights, so whoever calls must have made sure of the
visitor's. Importing this imports MLflow, which takes seconds.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion, RegisteredModel

from backend.error_translation import translated
from backend.errors import NotFound, Refused
from backend.registry.record import Model, ModelPage, Origin, Version, VersionPage

MOST_LISTED = 1000
PER_REQUEST = 100
MOST_COPIES = 5
_COPIED = re.compile(r"models:/(?P<name>[^/]+)/(?P<number>\d+)")
_CATALOGS = ("databricks-uc", "uc")


def is_catalog() -> bool:
    """Tell whether names have three levels and models are loaded through Unity Catalog."""
    return str(mlflow.get_registry_uri()).partition(":")[0] in _CATALOGS


def models(search: str, most: int, token: str | None = None) -> ModelPage:
    """Return registered models by name; `search` is a part of it."""
    client = MlflowClient()
    with translated():
        if is_catalog():
            known = [
                each for each in _all(client.search_registered_models) if _has(each.name, search)
            ]
            page, following = _page(sorted(known, key=lambda each: str(each.name)), most, token)
            return ModelPage(tuple(map(_model, page)), following)
        found = client.search_registered_models(
            filter_string=f"name ILIKE '%{_pattern(search)}%'" if search else None,
            max_results=most,
            order_by=["name ASC"],
            page_token=token,
        )
    return ModelPage(tuple(map(_model, found)), found.token or None)


def model(name: str) -> Model:
    """Return one model with its aliases and tags."""
    try:
        with translated():
            return _model(MlflowClient().get_registered_model(name))
    except NotFound as error:
        raise NotFound(f"There is no model {name!r} in the registry.") from error


def versions(name: str, most: int, token: str | None = None) -> VersionPage:
    """Return the versions of a model, the newest first, with their aliases."""
    known = model(name)
    client = MlflowClient()
    with translated():
        if is_catalog():
            every = sorted(
                _all(client.search_model_versions, filter_string=_named(name)),
                key=lambda each: -int(each.version),
            )
            page, following = _page(every, most, token)
        else:
            page = client.search_model_versions(
                _named(name), max_results=most, order_by=["version_number DESC"], page_token=token
            )
            following = page.token or None
    return VersionPage(tuple(_version(each, known) for each in page), following)


def version(name: str, number: str) -> Version:
    """Return one version with its aliases and tags."""
    # A version that is read over REST does not tell its aliases; its model does.
    known = model(name)
    try:
        with translated():
            found = _version(MlflowClient().get_model_version(name, number), known)
    except (NotFound, Refused) as error:
        raise NotFound(f"There is no version {number} of model {name!r}.") from error
    return replace(found, model_id=found.model_id or _model_id_of_the_first(found))


def origin(found: Version) -> Origin:
    """Return where a version was logged; a run that was deleted has left its id."""
    client = MlflowClient()
    run_name = experiment_id = experiment = ""
    run_id = found.run_id
    try:
        with translated():
            if found.model_id:
                logged = client.get_logged_model(found.model_id)
                run_id = run_id or str(logged.source_run_id or "")
                experiment_id = str(logged.experiment_id)
            if run_id:
                info = client.get_run(run_id).info
                run_name, experiment_id = str(info.run_name or ""), str(info.experiment_id)
            if experiment_id:
                experiment = str(client.get_experiment(experiment_id).name)
    except NotFound:
        pass
    return Origin(run_id, run_name, experiment_id, experiment, found.model_id)


def set_alias(name: str, alias: str, number: str) -> None:
    """Let an alias point to a version, wherever it pointed before."""
    with translated():
        MlflowClient().set_registered_model_alias(name, alias, number)


def remove_alias(name: str, alias: str) -> None:
    """Take an alias away."""
    with translated():
        MlflowClient().delete_registered_model_alias(name, alias)


def set_tag(name: str, number: str, key: str, value: str) -> None:
    """Set a tag of a version, or without a number one of the model."""
    client = MlflowClient()
    with translated():
        if number:
            client.set_model_version_tag(name, number, key, value)
        else:
            client.set_registered_model_tag(name, key, value)


def remove_tag(name: str, number: str, key: str) -> None:
    """Remove a tag of a version, or without a number one of the model."""
    client = MlflowClient()
    with translated():
        if number:
            client.delete_model_version_tag(name, number, key)
        else:
            client.delete_registered_model_tag(name, key)


def describe(name: str, number: str, text: str) -> None:
    """Write the description of a version, or without a number that of the model."""
    client = MlflowClient()
    with translated():
        if number:
            client.update_model_version(name, number, text)
        else:
            client.update_registered_model(name, text)


def copy(found: Version, to: str) -> Version:
    """Copy a version to another name, which is made if there is none; keep where it came from."""
    with translated():
        return _version(MlflowClient().copy_model_version(found.uri, to), Model(to))


def _all(search: Callable[..., Any], **options: Any) -> Iterator[Any]:
    """Yield what a catalog lists, page by page, within a bound."""
    token, count = None, 0
    while count < MOST_LISTED:
        page = search(max_results=PER_REQUEST, page_token=token, **options)
        yield from page
        count += len(page)
        token = page.token
        if not token:
            return


def _page(found: list[Any], most: int, token: str | None) -> tuple[list[Any], str | None]:
    begin = int(token) if token and token.isdecimal() else 0
    end = begin + most
    return found[begin:end], str(end) if end < len(found) else None


def _named(name: str) -> str:
    quote = '"' if "'" in name else "'"
    return f"name = {quote}{name}{quote}"


def _pattern(search: str) -> str:
    """Return it as part of a pattern; what would end the pattern stands for any character."""
    return "".join("_" if each in "'\"\\" else each for each in search.strip())


def _has(name: object, search: str) -> bool:
    return search.strip().lower() in str(name).lower()


def _model(found: RegisteredModel) -> Model:
    # What a catalog lists has methods that raise in the place of these.
    aliases, tags = found.aliases, found.tags
    numbers = [int(each.version) for each in found.latest_versions or []]
    return Model(
        name=str(found.name),
        description=found.description or "",
        created_at=_time(found.creation_timestamp),
        updated_at=_time(found.last_updated_timestamp),
        newest=str(max(numbers)) if numbers else "",
        aliases={k: str(v) for k, v in aliases.items()} if isinstance(aliases, dict) else {},
        tags=dict(tags) if isinstance(tags, dict) else {},
    )


def _version(found: ModelVersion, of: Model) -> Version:
    number = str(found.version)
    tags = found.tags
    source = str(found.source or "")
    return Version(
        model=str(found.name),
        number=number,
        description=found.description or "",
        status=str(found.status or ""),
        status_message=found.status_message or "",
        created_at=_time(found.creation_timestamp),
        updated_at=_time(found.last_updated_timestamp),
        created_by=str(found.user_id or ""),
        aliases=of.aliases_of(number),
        tags=dict(tags) if isinstance(tags, dict) else {},
        source=source,
        run_id=str(found.run_id or ""),
        model_id=str(found.model_id or "") or _logged_model_in(source),
    )


def _logged_model_in(source: str) -> str:
    """Return the logged model a source names; MLflow's REST tells it nowhere else."""
    name = source.removeprefix("models:/")
    return name if source.startswith("models:/m-") and "/" not in name else ""


def _model_id_of_the_first(copied: Version) -> str:
    """Return the logged model of the version another one was copied from, over some copies."""
    source = copied.source
    for _ in range(MOST_COPIES):
        earlier = _COPIED.fullmatch(source)
        if earlier is None:
            return _logged_model_in(source)
        try:
            with translated():
                found = MlflowClient().get_model_version(earlier["name"], earlier["number"])
        except NotFound:
            return ""
        if found.model_id:
            return str(found.model_id)
        source = str(found.source or "")
    return ""


def _time(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
