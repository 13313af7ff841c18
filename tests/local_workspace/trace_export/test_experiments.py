"""A trace belongs to the experiment its model was logged to, as long as there is one."""

import pytest

from tests.local_workspace.trace_export.recorded_traces import record, request_record, trace_id


@pytest.fixture
def experiment_of(client, spool, waiting, wait_for):
    """Record a trace of a model and return the name of the experiment it ends up in."""

    def find(number: int, model: str | None, version: str | None = "1", **more) -> str:
        changed = {"model_name": model, "model_version": version} | more
        record(spool, request_record(number, **changed))
        wait_for(lambda: waiting.is_over)
        info = client.get_trace(trace_id(number)).info
        return str(client.get_experiment(info.experiment_id).name)

    return find


def _register(client, name: str, source: str, **of: str) -> None:
    client.create_registered_model(name)
    client.create_model_version(name, source, **of)


def test_traces_go_where_the_model_was_logged(client, exporting, experiment_of):
    """By the run of a version, and by its logged model."""
    experiment_id = client.create_experiment("where it was logged")
    run = client.create_run(experiment_id)
    logged = client.create_logged_model(experiment_id)
    _register(client, "by.run.model", f"{run.info.artifact_uri}/model", run_id=run.info.run_id)
    _register(client, "by.logged.model", f"models:/{logged.model_id}", model_id=logged.model_id)

    assert experiment_of(5000, "by.run.model") == "where it was logged"
    assert experiment_of(5001, "by.logged.model") == "where it was logged"


def test_model_that_is_gone_has_an_experiment_of_its_name(client, exporting, experiment_of):
    """So does an endpoint of which nobody knows the model."""
    assert experiment_of(5010, "no.such.model") == "no.such.model"
    assert experiment_of(5011, None, None, endpoint="an endpoint") == "an endpoint"


def test_experiment_deleted_meanwhile_loses_no_trace(client, exporting, experiment_of):
    """The next trace goes elsewhere; the name of a deleted experiment stays taken."""
    assert experiment_of(5020, "to.be.deleted") == "to.be.deleted"
    client.delete_experiment(client.get_experiment_by_name("to.be.deleted").experiment_id)

    assert experiment_of(5021, "to.be.deleted") == "to.be.deleted (2)"
