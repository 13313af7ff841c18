"""The ledger in MLflow: one experiment per registered model, one run per release.

Everything is done with the app's own rights, so whoever calls must have made sure of the
visitor's. Importing this imports MLflow, which takes seconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from backend.error_translation import translated
from backend.release_record import (
    CONFIG_VERSION,
    ENDPOINT,
    OUTCOME,
    PROBLEM,
    Outcome,
    Page,
    Release,
    release_from,
)

EXPERIMENT = "/Shared/reviewapp-releases-"
RUNS_PER_SEARCH = 500
MOST_MODELS = 1000
_STATUS = {
    Outcome.LIVE: "FINISHED",
    Outcome.UNKNOWN: "FINISHED",
    Outcome.FAILED: "FAILED",
    Outcome.CANCELED: "KILLED",
}


def begin(release: Release) -> Release:
    """Put a release on record, before or after it is decided; return it with its id."""
    client = MlflowClient()
    with translated():
        run = client.create_run(
            _experiment_for(client, release.model),
            start_time=_milliseconds(release.requested_at),
            run_name=f"{release.kind.value.replace('_', ' ')} {release.endpoint}",
            tags=release.tags(),
        )
        kept = replace(release, id=run.info.run_id)
        if release.outcome is not Outcome.PENDING:
            _end(client, kept)
    return kept


def number(release: Release, config_version: int) -> Release:
    """Note which of the endpoint's configurations it became."""
    with translated():
        MlflowClient().set_tag(release.id, CONFIG_VERSION, str(config_version))
    return replace(release, config_version=config_version)


def end(release: Release) -> None:
    """Say what became of it."""
    client = MlflowClient()
    with translated():
        client.set_tag(release.id, OUTCOME, release.outcome.value)
        if release.problem:
            client.set_tag(release.id, PROBLEM, release.tags()[PROBLEM])
        _end(client, release)


def pending(endpoint: str) -> list[Release]:
    """Return the releases of which nobody has said yet what became of them, the newest first."""
    return list(_search([_is(ENDPOINT, endpoint), _is(OUTCOME, Outcome.PENDING)]))


def page(endpoint: str, most: int, token: str | None = None) -> Page:
    """Return the endpoint's releases, the newest first."""
    client = MlflowClient()
    with translated():
        experiments = _experiments(client)
        if not experiments:
            return Page(())
        found = client.search_runs(
            experiments,
            filter_string=_is(ENDPOINT, endpoint),
            max_results=most,
            order_by=["attributes.start_time DESC"],
            page_token=token,
        )
    return Page(tuple(_release(run) for run in found), found.token)


def last_live(endpoint: str, at: datetime | None = None) -> Release | None:
    """Return the release that was in effect at a moment; without one, the newest."""
    clauses = [_is(ENDPOINT, endpoint), _is(OUTCOME, Outcome.LIVE)]
    if at is not None:
        clauses.append(f"attributes.end_time <= {_milliseconds(at)}")
    return next(_search(clauses, "attributes.end_time DESC", most=1), None)


def next_live(endpoint: str, after: datetime) -> Release | None:
    """Return the release that came into effect first after a moment."""
    clauses = [
        _is(ENDPOINT, endpoint),
        _is(OUTCOME, Outcome.LIVE),
        f"attributes.end_time > {_milliseconds(after)}",
    ]
    return next(_search(clauses, "attributes.end_time ASC", most=1), None)


def _search(
    clauses: Sequence[str],
    order: str = "attributes.start_time DESC",
    most: int = RUNS_PER_SEARCH,
) -> Iterator[Release]:
    client = MlflowClient()
    with translated():
        experiments = _experiments(client)
        found = (
            client.search_runs(
                experiments,
                filter_string=" AND ".join(clauses),
                max_results=most,
                order_by=[order],
            )
            if experiments
            else []
        )
    yield from (_release(run) for run in found)


def _release(run: Run) -> Release:
    ended = run.info.end_time
    return release_from(
        run.data.tags, run.info.run_id, _time(run.info.start_time), _time(ended) if ended else None
    )


def _end(client: MlflowClient, release: Release) -> None:
    decided = release.decided_at or datetime.now(UTC)
    client.set_terminated(release.id, _STATUS[release.outcome], end_time=_milliseconds(decided))


def _experiment_for(client: MlflowClient, model: str) -> str:
    """Return the model's experiment, and make it if this is the first release."""
    name = EXPERIMENT + model
    if found := client.get_experiment_by_name(name):
        return str(found.experiment_id)
    try:
        return str(client.create_experiment(name))
    except MlflowException:
        # Somebody else has made it in the same moment.
        if found := client.get_experiment_by_name(name):
            return str(found.experiment_id)
        raise


def _experiments(client: MlflowClient) -> list[str]:
    """Return all of them: an endpoint may have served several models, and may be gone."""
    found = client.search_experiments(
        filter_string=f"name LIKE '{EXPERIMENT}%'", max_results=MOST_MODELS
    )
    return [str(each.experiment_id) for each in found]


def _is(tag: str, value: str) -> str:
    # Names of endpoints have no quotes in them; the workspace refuses them.
    return f"tags.`{tag}` = '{value}'"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
