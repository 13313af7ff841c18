"""The ledger in MLflow: one experiment per registered model, one run per release.

Everything is done with the app's own rights, so whoever calls must have made sure of the
visitor's. Importing this imports MLflow, which takes seconds.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mlflow import MlflowClient
from mlflow.entities import Run

from backend.error_translation import translated
from backend.errors import NotFound
from backend.mlflow_records import milliseconds, tag_is, time_of
from backend.releases.experiments import ReleaseExperiments
from backend.releases.record import (
    CONFIG_VERSION,
    ENDPOINT,
    KIND,
    OUTCOME,
    PROBLEM,
    QUIET,
    Outcome,
    Page,
    Release,
    release_from,
)

RUNS_PER_SEARCH = 500
_experiments = ReleaseExperiments()
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
            _experiments.of(client, release.model),
            start_time=milliseconds(release.requested_at),
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


def note(release_id: str, tags: Mapping[str, str]) -> None:
    """Put more on record about a release."""
    client = MlflowClient()
    with translated():
        for key, value in tags.items():
            client.set_tag(release_id, key, value)


def end(release: Release) -> None:
    """Say what became of it."""
    client = MlflowClient()
    with translated():
        client.set_tag(release.id, OUTCOME, release.outcome.value)
        if release.problem:
            client.set_tag(release.id, PROBLEM, release.tags()[PROBLEM])
        _end(client, release)


def pending(endpoint: str, models: Collection[str] = ()) -> list[Release]:
    """Return the releases of which nobody has said yet what became of them, the newest first."""
    clauses = [
        tag_is(ENDPOINT, endpoint),
        tag_is(OUTCOME, Outcome.PENDING),
    ]
    return list(_search(clauses, models=models))


def page(clauses: Sequence[str], most: int, token: str | None = None) -> Page:
    """Return releases of which all this is true, the newest first."""
    client = MlflowClient()
    with translated():
        experiments = _experiments.ids(client)
        if not experiments:
            return Page(())
        found = client.search_runs(
            experiments,
            filter_string=" AND ".join(clauses),
            max_results=most,
            order_by=["attributes.start_time DESC"],
            page_token=token,
        )
    return Page(tuple(_release(run) for run in found), found.token)


def read(release_id: str) -> Release:
    """Return one release; any other run of MLflow's is none."""
    client = MlflowClient()
    with translated():
        run = client.get_run(release_id)
        if run.info.experiment_id not in _experiments.ids(client):
            raise NotFound("This is no release.")
    return _release(run)


def last_live(
    endpoint: str, at: datetime | None = None, models: Collection[str] = ()
) -> Release | None:
    """Return the release that was in effect at a moment; without one, the newest."""
    clauses = [
        tag_is(ENDPOINT, endpoint),
        tag_is(OUTCOME, Outcome.LIVE),
    ]
    if at is not None:
        clauses.append(f"attributes.end_time <= {milliseconds(at)}")
    return next(_search(clauses, "attributes.end_time DESC", 1, models), None)


def next_live(endpoint: str, after: datetime) -> Release | None:
    """Return the release that came into effect first after a moment."""
    return next(_search(_live_after(endpoint, after), "attributes.end_time ASC", 1), None)


def answering(endpoint: str, moment: datetime) -> tuple[Release | None, Release | None]:
    """Return the changes of what answers around a moment: the last before it, the first after."""
    before = [
        tag_is(ENDPOINT, endpoint),
        tag_is(OUTCOME, Outcome.LIVE),
        f"attributes.end_time <= {milliseconds(moment)}",
    ]
    loud = [f"tags.`{KIND}` != '{kind}'" for kind in QUIET]
    last = next(_search([*before, *loud], "attributes.end_time DESC", 1), None)
    after = [*_live_after(endpoint, moment), *loud]
    return last, next(_search(after, "attributes.end_time ASC", 1), None)


def _live_after(endpoint: str, moment: datetime) -> list[str]:
    return [
        tag_is(ENDPOINT, endpoint),
        tag_is(OUTCOME, Outcome.LIVE),
        f"attributes.end_time > {milliseconds(moment)}",
    ]


def _search(
    clauses: Sequence[str],
    order: str = "attributes.start_time DESC",
    most: int = RUNS_PER_SEARCH,
    models: Collection[str] = (),
) -> Iterator[Release]:
    client = MlflowClient()
    with translated():
        experiments = _experiments.ids(client, models)
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
        run.data.tags,
        run.info.run_id,
        time_of(run.info.start_time),
        time_of(ended) if ended else None,
    )


def _end(client: MlflowClient, release: Release) -> None:
    decided = release.decided_at or datetime.now(UTC)
    client.set_terminated(release.id, _STATUS[release.outcome], end_time=milliseconds(decided))
