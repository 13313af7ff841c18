"""What was stored is there after a restart."""

from dataclasses import replace

import pytest

from local_workspace.database import open_database
from local_workspace.serving.endpoint import Endpoint, EndpointConfig, ServedEntity
from local_workspace.serving.endpoint_store import EndpointStore


@pytest.fixture
def open_store(tmp_path):
    """Open the same database as a workspace does at each start."""
    databases = []

    def start():
        for database in databases:
            database.close()
        databases.append(open_database(tmp_path / "workspace.db"))
        return EndpointStore(databases[-1])

    yield start
    databases[-1].close()


def an_endpoint(name="chain"):
    """Return an endpoint that serves one version."""
    config = EndpointConfig(1, (ServedEntity("v1", "m", "1"),), {"v1": 100})
    return Endpoint(name, "ada", 1, 2, config=config)


def test_endpoints_are_there_after_a_restart_in_the_order_of_creation(open_store):
    """A restart loses nothing and mixes nothing up."""
    endpoints = [an_endpoint(name) for name in ("b", "a", "c")]
    store = open_store()
    for endpoint in endpoints:
        store.save(endpoint)
    store.save(endpoints[0])

    assert open_store().load() == endpoints


def test_last_change_is_the_one_that_is_there_after_a_restart(open_store):
    """Saving again replaces."""
    endpoint = an_endpoint()
    store = open_store()
    store.save(endpoint)
    endpoint.description = "changed"
    endpoint.pending_config = replace(endpoint.config, version=2)
    store.save(endpoint)

    (stored,) = open_store().load()
    assert stored == endpoint


def test_deleted_endpoint_is_gone_after_a_restart(open_store):
    """Only the deleted one is forgotten, though another has its name."""
    first, second = an_endpoint(), an_endpoint()
    store = open_store()
    store.save(first)
    store.save(second)
    store.delete(first)

    assert open_store().load() == [second]
