"""Which version answered, as traces say it: by the local workspace's tag, or by their model.

Elsewhere nobody puts a tag on a trace, but MLflow notes the logged model in it. Done with the app's
own rights, so whoever calls must have made sure of the visitor's; of a version only the id of its
model is read. Importing this imports MLflow, which takes seconds.
"""

import re
from collections.abc import Iterator, Sequence

from mlflow import MlflowClient

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, Refused
from backend.trace_search import filter_text
from backend.trace_search import traces as trace_pages
from backend.trace_search.filter_text import VERSION_TAG

MODEL_ID = "mlflow.modelId"
# If none of so many has the tag, nobody tags them.
_LOOKED_AT = 50
_NEWEST = ["timestamp_ms DESC"]
_VERSION = ("tag", VERSION_TAG, "=")
_LOGGED_MODEL = re.compile(r"\bm-[0-9a-f]{32}\b")


def as_traces_say(
    experiments: Sequence[str], models: Sequence[str], text: str, version: str
) -> str:
    """Return a filter by version as these traces can be found by it."""
    if _are_tagged(experiments, version):
        return text
    ids = list(dict.fromkeys(_ids(models, version)))
    if not ids:
        return text
    if len(ids) > 1:
        raise Refused(
            f"Several chains have a version {version}, and traces can only be looked through for "
            "one of them here. Choose a chain."
        )
    named = filter_text.equals("metadata", MODEL_ID, ids[0])
    return " AND ".join(
        named if (each.entity, each.key, each.sign) == _VERSION else each.text
        for each in filter_text.clauses(text) or []
    )


def _are_tagged(experiments: Sequence[str], version: str) -> bool:
    own = filter_text.equals("tag", VERSION_TAG, version)
    if trace_pages.search(experiments, own, _NEWEST):
        return True
    newest = trace_pages.search(experiments, "", _NEWEST, _LOOKED_AT)
    return any(VERSION_TAG in each.info.tags for each in newest)


def _ids(models: Sequence[str], version: str) -> Iterator[str]:
    """Yield the logged model of the version of each registered model that has one."""
    for model in models:
        try:
            with translated():
                found = MlflowClient().get_model_version(model, version)
        except (NotAllowed, NotFound, Refused):
            continue
        # Some registries say it in the place of its files only.
        named = _LOGGED_MODEL.search(found.model_id or found.source or "")
        if named:
            yield named[0]
