"""Saved views in MLflow: one experiment, one run per view, its tags the view.

Everything is done with the app's own rights, so whoever calls must have made sure of the
visitor's. Importing this imports MLflow, which takes seconds.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from mlflow import MlflowClient
from mlflow.entities import Run, RunTag

from backend.error_translation import translated
from backend.errors import NotFound, Refused
from backend.mlflow_records import experiment, milliseconds, tag_is, time_of
from backend.saved_views.record import SavedView

EXPERIMENT = "/Shared/reviewapp-views"
PREFIX = "reviewapp.view."
PLACE, NAME, BY, CHANGED_BY, PARAMETERS = (
    PREFIX + name for name in ("place", "name", "by", "changed_by", "parameters")
)
MOST = 500
# What MLflow accepts in a tag with any store behind it, in bytes of UTF-8.
MOST_BYTES = 5000


def put(view: SavedView) -> SavedView:
    """Keep a view; return it with its id."""
    client = MlflowClient()
    with translated():
        run = client.create_run(
            experiment(client, EXPERIMENT),
            start_time=milliseconds(view.at),
            run_name=view.name,
            tags=_tags(view),
        )
        client.set_terminated(run.info.run_id)
    return replace(view, id=run.info.run_id)


def change(view: SavedView) -> None:
    """Keep another name or other parameters of a view."""
    client = MlflowClient()
    tags = [RunTag(key, tag) for key, tag in _tags(view).items()]
    with translated():
        client.log_batch(view.id, tags=tags)
        client.update_run(view.id, name=view.name)


def remove(view: SavedView) -> None:
    """Take a view away; MLflow keeps it among what was deleted."""
    with translated():
        MlflowClient().delete_run(view.id)


def read(view_id: str) -> SavedView:
    """Return a view as it is now."""
    with translated():
        run = MlflowClient().get_run(view_id)
    view = _view(run)
    if view is None or run.info.lifecycle_stage != "active":
        raise NotFound("This view is gone. Somebody deleted it.")
    return view


def all_of(place: str) -> list[SavedView]:
    """Return the views of a page, by name."""
    client = MlflowClient()
    with translated():
        found = client.search_runs(
            [experiment(client, EXPERIMENT)],
            filter_string=tag_is(PLACE, place),
            max_results=MOST,
            order_by=["attributes.start_time ASC"],
        )
    views = [view for run in found if (view := _view(run))]
    return sorted(views, key=lambda each: (each.name.casefold(), each.at, each.id))


def _tags(view: SavedView) -> dict[str, str]:
    parameters = json.dumps(dict(view.parameters), ensure_ascii=False)
    if len(parameters.encode(errors="replace")) > MOST_BYTES:
        raise Refused("This view is too long to be saved. Look for a shorter text.")
    return {
        PLACE: view.place,
        NAME: view.name,
        BY: view.by,
        CHANGED_BY: view.changed_by,
        PARAMETERS: parameters,
    }


def _view(run: Run) -> SavedView | None:
    tags = run.data.tags
    parameters = _parameters(tags.get(PARAMETERS))
    if not tags.get(PLACE) or not tags.get(NAME) or parameters is None:
        return None
    return SavedView(
        place=tags[PLACE],
        name=tags[NAME],
        parameters=parameters,
        by=tags.get(BY, ""),
        at=time_of(run.info.start_time),
        changed_by=tags.get(CHANGED_BY, ""),
        id=run.info.run_id,
    )


def _parameters(text: str | None) -> Mapping[str, str] | None:
    """Read parameters; whoever may write to the experiment may have written anything."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return {name: value for name, value in found.items() if isinstance(value, str)}
