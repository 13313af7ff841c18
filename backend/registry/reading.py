"""Reads what a version says of itself: signature, configuration, environment, code, prompts.

Everything here is a small file of the version, read once: a version's files never change. Secrets
are masked before anything leaves this module. Importing it imports MLflow, which takes seconds.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from backend.error_translation import translated
from backend.errors import NotFound, Refused
from backend.registry import files as registry_files
from backend.registry.contents import Contents, Json, Prompt
from backend.registry.record import Version
from backend.registry.secret_masking import MASK, mask, mask_text, secret_values
from backend.registry.signature import in_words

DESCRIPTION = "MLmodel"
ENVIRONMENT = ("conda.yaml", "python_env.yaml")
_REQUIREMENTS = "requirements.txt"
_EXAMPLE = "input_example.json"
_REQUEST = "serving_input_example.json"
_ROOT = [DESCRIPTION, _REQUIREMENTS, *ENVIRONMENT, _EXAMPLE, _REQUEST]
KEPT_VERSIONS = 64
MOST_CODE_FILES = 40
MOST_PROMPTS = 20
LINKED_PROMPTS = "mlflow.linkedPrompts"
# Under such names a configuration holds what another model is told.
_PROMPT_NAMES = ("prompt", "instruction", "system_message", "template", "guideline")
_SHORTEST_PROMPT = 12


@lru_cache(maxsize=KEPT_VERSIONS)
def contents(uri: str, _identity: tuple[object, ...]) -> Contents:
    """Return what the version's files say; `_identity` tells a version from a former namesake."""
    files = registry_files.texts(uri, _ROOT)
    if DESCRIPTION not in files:
        raise NotFound("This version has no MLmodel file, so nothing is known of what is in it.")
    description = _mapping_in(files[DESCRIPTION])
    model = _model(description)
    config = _config(description)
    masked = mask(config)
    hidden = list(secret_values(config))
    code = {path: mask_text(_without(text, hidden)).value for path, text in _code(uri, description)}
    return Contents(
        description=mask_text(_without(files[DESCRIPTION], hidden)).value,
        signature=in_words(model.signature),
        task=str((model.metadata or {}).get("task") or ""),
        flavors=tuple(sorted(model.flavors)),
        mlflow_version=str(model.mlflow_version or ""),
        size=model.model_size_bytes,
        config=masked.value,
        secrets=masked.names,
        example=_example(files.get(_EXAMPLE, "")),
        request=mask(_json(files.get(_REQUEST, ""))).value,
        requirements=mask_text(files.get(_REQUIREMENTS, "")).value,
        environment={n: mask_text(files[n]).value for n in ENVIRONMENT if n in files},
        code=code,
        prompts=tuple(_prompts(model, masked.value)),
    )


def identity(version: Version) -> tuple[object, ...]:
    """Return what tells this version from another one that once had its name."""
    return (version.created_at, version.source, version.model_id)


def _mapping_in(text: str) -> Json:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refused("The version's MLmodel file cannot be read.") from error
    if not isinstance(found, dict):
        raise Refused("The version's MLmodel file cannot be read.")
    return found


def _model(description: Json) -> Model:
    try:
        return Model.from_dict(description)
    except (MlflowException, TypeError, ValueError, KeyError) as error:
        raise Refused("The version's MLmodel file cannot be read.") from error


def _config(description: Json) -> Json:
    """Return what the model is configured with; each flavor has a place of its own for it."""
    flavors = description.get("flavors")
    found: Json = {}
    for flavor in flavors.values() if isinstance(flavors, dict) else ():
        for name in ("config", "model_config"):
            if isinstance(flavor, dict) and isinstance(flavor.get(name), dict):
                found |= flavor[name]
    return found


def _code(uri: str, description: Json) -> Iterator[tuple[str, str]]:
    """Yield the file of the chain, then what it imports of its own."""
    named = description.get("flavors")
    values = named.values() if isinstance(named, dict) else ()
    flavors = [each for each in values if isinstance(each, dict)]
    chain = next((f["model_code_path"] for f in flavors if f.get("model_code_path")), None)
    folder = next((f["code"] for f in flavors if f.get("code")), None)
    paths = [str(chain).rpartition("/")[2]] if chain else []
    if folder:
        below = registry_files.listed(uri).files
        paths += [
            each.path
            for each in below
            if each.path.startswith(f"{folder}/") and each.path.endswith((".py", ".yaml", ".yml"))
        ]
    read = registry_files.texts(uri, paths[:MOST_CODE_FILES]) if paths else {}
    yield from ((path, read[path]) for path in paths if path in read)


def _prompts(model: Model, config: Json) -> Iterator[Prompt]:
    yield from _configured_prompts(config, "")
    for address in (getattr(model, "prompts", None) or [])[:MOST_PROMPTS]:
        if text := _registered_prompt(str(address)):
            yield Prompt(str(address).removeprefix("prompts:/"), text)


def linked_prompts(model_id: str) -> tuple[Prompt, ...]:
    """Return the registered prompts MLflow has seen a logged model use; they can still grow."""
    if not model_id:
        return ()
    try:
        with translated():
            tags = MlflowClient().get_logged_model(model_id).tags or {}
    except NotFound:
        return ()
    linked = _json(tags.get(LINKED_PROMPTS, ""), list)
    found = []
    for each in linked[:MOST_PROMPTS]:
        address = f"{each.get('name')}/{each.get('version')}"
        if text := _registered_prompt(f"prompts:/{address}"):
            found.append(Prompt(address, text))
    return tuple(found)


def _configured_prompts(config: Any, path: str) -> Iterator[Prompt]:
    for key, value in config.items() if isinstance(config, Mapping) else ():
        name = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping):
            yield from _configured_prompts(value, name)
        elif isinstance(value, str) and _is_prompt(str(key), value):
            yield Prompt(name, value)


def _is_prompt(name: str, text: str) -> bool:
    is_named = any(word in name.lower() for word in _PROMPT_NAMES)
    return is_named and text != MASK and len(text) >= _SHORTEST_PROMPT


def _registered_prompt(address: str) -> str:
    try:
        with translated():
            prompt = MlflowClient().load_prompt(address, allow_missing=True)
    except (NotFound, Refused):
        return ""
    template = prompt.template if prompt else ""
    said = template if isinstance(template, str) else _chat(template)
    return str(mask_text(said).value)


def _chat(messages: list[Json]) -> str:
    return "\n\n".join(f"{each.get('role')}: {each.get('content')}" for each in messages)


def _example(text: str) -> str:
    """Return an example as people read JSON."""
    try:
        found = json.loads(text or "null")
    except ValueError:
        return ""
    return json.dumps(mask(found).value, indent=2, ensure_ascii=False) if found else ""


def _json(text: str, kind: type = dict) -> Any:
    try:
        found = json.loads(text or "null")
    except ValueError:
        found = None
    return found if found is not None and isinstance(found, kind) else kind()


def _without(text: str, hidden: list[str]) -> str:
    for secret in hidden:
        text = text.replace(secret, MASK)
    return text
