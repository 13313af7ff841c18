"""An endpoint is plain data that survives being stored."""

import json
from dataclasses import replace

import pytest

from local_workspace.serving.endpoint import Endpoint, EndpointConfig, ServedEntity

ENTITY = ServedEntity(
    name="v1",
    entity_name="main.rag.chain",
    entity_version="1",
    environment_vars={"A": "1", "B": "2"},
    creator="ada",
    creation_timestamp=7,
    source="models:/m-1",
)
CONFIG = EndpointConfig(2, (ENTITY,), {"v1": 100}, {"enabled": True}, 5)


def test_endpoint_survives_json():
    """Stored and read again it is the same, nested parts included."""
    endpoint = Endpoint(
        name="chain",
        creator="ada",
        creation_timestamp=1,
        last_updated_timestamp=2,
        config=CONFIG,
        pending_config=replace(CONFIG, version=3),
        config_update="UPDATE_FAILED",
        failures={"v1": "no memory"},
        tags={"a": "b"},
        rate_limits=[{"calls": 1}],
        ai_gateway={"rate_limits": []},
    )

    assert Endpoint.from_json(json.loads(json.dumps(endpoint.to_json()))) == endpoint


def test_endpoint_without_configuration_survives_json():
    """An endpoint whose first deployment is not done has no configuration."""
    endpoint = Endpoint("chain", "ada", 1, 2)

    assert Endpoint.from_json(json.loads(json.dumps(endpoint.to_json()))) == endpoint


@pytest.mark.parametrize(
    ("config", "pending", "latest"),
    [(None, None, 0), (2, None, 2), (2, 3, 3), (None, 1, 1), (4, 3, 4)],
)
def test_latest_version_is_the_highest_given_out(config, pending, latest):
    """The next configuration's version is higher than any before."""
    configs = [number and replace(CONFIG, version=number) for number in (config, pending)]
    endpoint = Endpoint("chain", "ada", 1, 2, config=configs[0], pending_config=configs[1])

    assert endpoint.latest_config_version == latest


def test_entity_runs_like_itself_asked_for_by_somebody_else_later():
    """Who asked, when, and whether it may sleep change nothing about the process."""
    later = replace(ENTITY, creator="ben", creation_timestamp=9, scale_to_zero_enabled=True)

    assert later.runs_like(ENTITY)


def test_order_of_the_environment_makes_no_difference():
    """The same variables are the same environment."""
    assert replace(ENTITY, environment_vars={"B": "2", "A": "1"}).runs_like(ENTITY)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "v2"},
        {"entity_name": "main.rag.other"},
        {"entity_version": "2"},
        {"source": "models:/m-2"},
        {"workload_size": "Large"},
        {"environment_vars": {"A": "1"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_entity_that_needs_another_process_does_not_run_alike(change):
    """Another model, place count or environment needs a new process."""
    assert not replace(ENTITY, **change).runs_like(ENTITY)


def test_entity_is_found_by_its_name():
    """Names lead to entities; an unknown one to nothing."""
    assert CONFIG.entity("v1") is ENTITY
    assert CONFIG.entity("v2") is None
